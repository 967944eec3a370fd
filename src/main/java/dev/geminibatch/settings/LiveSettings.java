package dev.geminibatch.settings;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.logging.LogSettings;
import dev.geminibatch.service.Redactor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes edits of the configuration while the process runs. Some keys are in force at once, for all
 * who ask {@link Profiles}; the others keep their values until the next start. An edit with a
 * mistake changes nothing.
 */
public final class LiveSettings {
  private static final String LEVEL = "log.level";

  /** Keys by whose values nothing was started or sized. A profile's own ones count, too. */
  private static final Set<String> LIVE =
      Set.of(
          LEVEL,
          "budget.max-cost-per-file",
          "budget.output-tokens",
          "prices.file",
          "limits.file",
          "service.tier",
          "job.max-open",
          "job.max-tokens",
          "run.priority",
          "run.paused");

  private static final int MOST_SHOWN = 100;

  private final Profiles profiles;
  private PropertySources current;

  /** The keys that were named as needing a restart, with the values that they are to have. */
  private final Map<String, Optional<String>> named = new HashMap<>();

  public LiveSettings(Settings settings) {
    this.profiles = settings.profiles();
    this.current = profiles.sources();
  }

  /**
   * What has become of an edit.
   *
   * @param taken one text for each key that has another value now, with both
   * @param needRestart keys that have their old values until a restart, each named once
   * @param mistakes why nothing was taken; each says where it is
   */
  public record Outcome(List<String> taken, List<String> needRestart, List<String> mistakes) {}

  /** Reads the files again, and takes what can be taken. */
  public synchronized Outcome read() {
    PropertySources fresh = current.readAgain();
    List<String> mistakes = mistakes(profiles.with(fresh));
    if (!mistakes.isEmpty()) {
      return new Outcome(List.of(), List.of(), mistakes);
    }
    Set<String> live = new TreeSet<>();
    Set<String> others = new TreeSet<>();
    for (String key : current.changed(fresh)) {
      (isLive(key) ? live : others).add(key);
    }
    PropertySources merged = current.with(fresh, live);
    Profiles next = profiles.with(merged);
    mistakes = mistakes(next);
    if (!mistakes.isEmpty()) {
      return new Outcome(List.of(), List.of(), mistakes); // they need one that is not taken
    }
    List<String> taken = live.stream().map(key -> change(key, fresh)).toList();
    next.keepAllButLive(profiles);
    profiles.replaceBy(next);
    current = merged;
    return new Outcome(taken, notNamed(others, fresh), List.of());
  }

  private static List<String> mistakes(Profiles read) {
    List<String> mistakes = new ArrayList<>(read.mistakes());
    if (mistakes.isEmpty()) {
      for (Settings each : read.all()) {
        try {
          read.prices(each.costs().prices());
        } catch (UsageException e) {
          mistakes.add(e.getMessage());
        }
      }
    }
    return mistakes;
  }

  private boolean isLive(String key) {
    String[] parts = key.split("[.]", 3);
    if (parts[0].equals("profile") && parts.length == 3) {
      return profiles.has(parts[1]) && LIVE.contains(parts[2]);
    }
    return LIVE.contains(key) || key.startsWith(LEVEL + ".");
  }

  private String change(String key, PropertySources fresh) {
    return key
        + " is "
        + shown(fresh.get(key))
        + " now, it was "
        + shown(current.get(key))
        + fresh.place(key).map(place -> " (" + place.where() + ")").orElse("");
  }

  private static String shown(Optional<String> value) {
    return value
        .map(text -> Amounts.shortened(Visible.line(Redactor.redact(text)), MOST_SHOWN))
        .orElse("not set");
  }

  private List<String> notNamed(Set<String> changed, PropertySources fresh) {
    named.keySet().retainAll(changed);
    List<String> now = new ArrayList<>();
    for (String key : changed) {
      Optional<String> value = fresh.get(key);
      if (!value.equals(named.put(key, value))) {
        now.add(key);
      }
    }
    return now;
  }

  /** How the program logs now. */
  public LogSettings log() {
    return profiles.of(Profiles.DEFAULT).operation().log();
  }

  /** The files with settings, prices and limits, which are read again. */
  public synchronized Set<Path> files() {
    Set<Path> files = new TreeSet<>(current.sourceFiles());
    files.addAll(profiles.filesRead());
    return files;
  }

  /** The files with keys, which are read at the start alone. */
  public synchronized Set<Path> keyFiles() {
    Set<Path> files = new TreeSet<>(current.secretFiles());
    files.removeAll(current.sourceFiles());
    return files;
  }
}
