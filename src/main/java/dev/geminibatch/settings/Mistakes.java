package dev.geminibatch.settings;

import dev.geminibatch.io.UsageException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is wrong with the settings, all of it: whoever fixes one mistake wants to know the next. */
final class Mistakes {
  private final Set<String> all = new LinkedHashSet<>();

  /** Notes a mistake that says itself where it is. */
  void add(UsageException mistake) {
    all.add(mistake.getMessage());
  }

  /**
   * Notes what is wrong with the value of a key. What several profiles share is noted once.
   *
   * @param place where that was set, if it was
   */
  void add(String key, Optional<Place> place, UsageException mistake) {
    all.add(place.map(at -> at.where() + ": ").orElse("") + named(key, place, mistake));
  }

  /** With the key as it was written, where it begins with the key as all profiles have it. */
  private static String named(String key, Optional<Place> place, UsageException mistake) {
    String message = mistake.getMessage();
    String full = place.map(Place::key).orElse(key);
    return message.startsWith(key + " ") ? full + message.substring(key.length()) : message;
  }

  /** All of them, in words, those that were found first before the others. */
  List<String> inWords() {
    return new ArrayList<>(all);
  }

  /**
   * Ends the reading.
   *
   * @throws UsageException naming every mistake, one a line, if there is any
   */
  void check() {
    if (!all.isEmpty()) {
      throw new UsageException(String.join("\n", all));
    }
  }
}
