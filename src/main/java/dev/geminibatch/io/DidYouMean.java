package dev.geminibatch.io;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Guesses what was meant by a misspelt name. */
public final class DidYouMean {
  private DidYouMean() {}

  /** The name that is nearest, if one is near. */
  public static Optional<String> to(String written, Collection<String> names) {
    return within(Math.max(2, written.length() / 5), written, names);
  }

  /** The name that differs in no more than two letters. */
  public static Optional<String> nearly(String written, Collection<String> names) {
    return within(2, written, names);
  }

  private static Optional<String> within(int most, String written, Collection<String> names) {
    LevenshteinDistance distance = new LevenshteinDistance(most);
    return names.stream()
        .filter(name -> distance.apply(written, name) >= 0)
        .min(Comparator.comparing((String name) -> distance.apply(written, name)));
  }

  /** The same as words to add to a message, or nothing. */
  public static String meant(String written, Collection<String> names) {
    return to(written, names).map(name -> " (did you mean " + name + "?)").orElse("");
  }
}
