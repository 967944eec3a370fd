package dev.geminibatch.run;

import java.nio.file.Path;
import java.util.Locale;

/**
 * What the name of an input says: {@code x.jsonl}, {@code x.force.jsonl}, both with {@code .gz}.
 */
public final class InputFile {
  private InputFile() {}

  /** The name without its ending, on which the names of the results are built. */
  public static String stem(String fileName) {
    return fileName.replaceFirst("(?i)(\\.force)?\\.jsonl(\\.gz)?$", "");
  }

  /** Whether it asks for its content to be paid for again. */
  public static boolean isForced(String fileName) {
    return fileName.matches("(?i).*\\.force\\.jsonl(\\.gz)?");
  }

  /** Whether it is compressed with gzip. */
  public static boolean isGzip(String fileName) {
    return fileName.toLowerCase(Locale.ROOT).endsWith(".gz");
  }

  /** The ending, without a wish to pay again. */
  static String ending(String fileName) {
    return isGzip(fileName) ? ".jsonl.gz" : ".jsonl";
  }

  /** The file with settings for one input, dropped beside it as {@code x.jsonl.properties}. */
  public static Path settingsBeside(Path input) {
    return input.resolveSibling(input.getFileName() + ".properties");
  }
}
