package dev.geminibatch.settings;

import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.UsageException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds keys and variables that look like ours and are not: a misspelt setting would be ignored
 * without a word. Others belong to users' own routes and to other programs.
 */
final class UnknownKeys {
  /** Shorter variables may be anybody's. */
  private static final int SHORTEST_VARIABLE = 10;

  private final Set<String> known;

  /**
   * @param known all keys that anybody has asked for
   */
  UnknownKeys(Set<String> known) {
    this.known = known;
  }

  /**
   * Notes those among the keys of files.
   *
   * @param place where a key stands
   */
  void check(Collection<String> keys, Function<String, Optional<Place>> place, Mistakes mistakes) {
    Set<String> beginnings =
        known.stream().map(UnknownKeys::beginning).collect(Collectors.toCollection(TreeSet::new));
    for (String key : keys) {
      if (known.contains(key) || key.startsWith("profile.")) {
        continue;
      }
      Optional<String> meant = DidYouMean.nearly(key, known);
      // A key for pictures has been refused because it names no profile.
      boolean looksLikeOurs = beginnings.contains(beginning(key)) && !key.startsWith("pictures.");
      if (meant.isPresent() || looksLikeOurs) {
        String instead = meant.map(name -> "did you mean " + name + "?").orElseGet(() -> all(key));
        mistakes.add(
            key,
            place.apply(key),
            new UsageException("There is no setting " + key + "; " + instead));
      }
    }
  }

  private String all(String key) {
    return "those that begin with "
        + beginning(key)
        + " are "
        + known.stream()
            .filter(other -> beginning(other).equals(beginning(key)))
            .collect(Collectors.joining(", "))
        + ".";
  }

  private static String beginning(String key) {
    return key.split("[.]", 2)[0] + ".";
  }

  /** Those among the variables of the environment, with what may be meant. */
  Map<String, String> variables(Collection<String> names) {
    Set<String> ours =
        known.stream()
            .map(PropertySources::environmentName)
            .filter(name -> name.length() >= SHORTEST_VARIABLE)
            .collect(Collectors.toCollection(TreeSet::new));
    Map<String, String> misspelt = new TreeMap<>();
    for (String name : names) {
      if (name.length() >= SHORTEST_VARIABLE && !ours.contains(name)) {
        DidYouMean.nearly(name, ours).ifPresent(meant -> misspelt.put(name, meant));
      }
    }
    return misspelt;
  }
}
