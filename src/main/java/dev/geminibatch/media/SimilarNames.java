package dev.geminibatch.media;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Finds the files whose names are nearly what was asked for. Remembers the names of the folder that
 * was asked for last, because missing files come in rows.
 *
 * <p>Safe for use by many threads.
 */
final class SimilarNames {
  /** More names than this are not looked through. */
  private static final int MOST_NAMES = 20_000;

  /** Suggestions beyond this many are of no use to anybody. */
  private static final int MOST_SUGGESTIONS = 200;

  private Path folder;

  /** The names by their composed form. */
  private Map<String, String> names = Map.of();

  private int suggestions;

  /**
   * The file whose name has the same letters, composed otherwise than asked for.
   *
   * @param root the folder from which on names are compared
   */
  synchronized Optional<Path> inOtherUnicodeForm(Path root, Path asked) {
    Path found = root;
    for (Path name : root.relativize(asked)) {
      Path next = found.resolve(name);
      if (!Files.exists(next)) {
        if (isAscii(name.toString())) {
          return Optional.empty(); // has one form only
        }
        Optional<String> other = Optional.ofNullable(namesIn(found).get(composed(name.toString())));
        if (other.isEmpty()) {
          return Optional.empty();
        }
        next = found.resolve(other.get());
      }
      found = next;
    }
    return Optional.of(found);
  }

  /** The name of a file in the same folder that was likely meant. */
  synchronized Optional<String> like(Path asked) {
    if (++suggestions > MOST_SUGGESTIONS || asked.getParent() == null) {
      return Optional.empty();
    }
    String name = asked.getFileName().toString();
    int most = Math.max(1, name.length() / 5);
    LevenshteinDistance distance = new LevenshteinDistance(most);
    return namesIn(asked.getParent()).values().stream()
        .filter(each -> distanceOf(distance, name, each) >= 0)
        .min(Comparator.comparingInt(each -> distanceOf(distance, name, each)));
  }

  /** How far two names are apart, -1 for too far; case and a missing ending count for nothing. */
  private static int distanceOf(LevenshteinDistance distance, String asked, String present) {
    String lower = present.toLowerCase(Locale.ROOT);
    String wanted = asked.toLowerCase(Locale.ROOT);
    int dot = lower.lastIndexOf('.');
    if (lower.equals(wanted) || dot > 0 && lower.substring(0, dot).equals(wanted)) {
      return 0;
    }
    return distance.apply(wanted, lower);
  }

  private Map<String, String> namesIn(Path wanted) {
    if (!wanted.equals(folder)) {
      folder = wanted;
      names = new HashMap<>();
      try (Stream<Path> files = Files.list(wanted)) {
        files
            .limit(MOST_NAMES)
            .map(file -> file.getFileName().toString())
            .forEach(name -> names.put(composed(name), name));
      } catch (IOException e) {
        names = Map.of();
      }
    }
    return names;
  }

  private static String composed(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC);
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
