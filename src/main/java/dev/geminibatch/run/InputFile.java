package dev.geminibatch.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of an input says: {@code x.jsonl}, {@code x.force.jsonl}, and the same with {@code
 * .ndjson} or {@code .json}, each also with {@code .gz}.
 */
public final class InputFile {
  private static final Pattern UNFINISHED =
      Pattern.compile("(?is).*\\.(part|partial|tmp|temp|crdownload|download|filepart)|.*~");

  /** The endings as a person reads them. */
  public static final String ENDINGS = ".jsonl, .ndjson or .json, each also with .gz";

  /** The ending of a file with settings for one input. */
  public static final String SETTINGS = ".properties";

  private static final String ENDING = "\\.(?:jsonl|ndjson|json)(?:\\.gz)?";
  private static final Pattern NAME = Pattern.compile("(?is)(.*?)(\\.force)?(" + ENDING + ")");
  private static final Pattern OUTPUT =
      Pattern.compile("(?is).*-batch-(?:(?:results|errors|added)\\.jsonl|report\\.(?:json|html))");
  private static final Pattern REPORT = Pattern.compile("(?is).*-batch-report\\.json");

  private InputFile() {}

  /** Whether a file of this name is one that an inbox takes. */
  public static boolean isInput(String fileName) {
    return NAME.matcher(fileName).matches();
  }

  /** Whether it is named as what we write ourselves; an errors file may be dropped, though. */
  public static boolean isOutput(String fileName) {
    return OUTPUT.matcher(fileName).matches();
  }

  /** Whether it is named as a report of ours, which is never an input. */
  public static boolean isReport(String fileName) {
    return REPORT.matcher(fileName).matches();
  }

  /** The name without its ending, on which the names of the results are built. */
  public static String stem(String fileName) {
    Matcher name = NAME.matcher(fileName);
    return name.matches() ? name.group(1) : fileName;
  }

  /** Whether it asks for its content to be paid for again. */
  public static boolean isForced(String fileName) {
    Matcher name = NAME.matcher(fileName);
    return name.matches() && name.group(2) != null;
  }

  /** Whether it is compressed with gzip. */
  public static boolean isGzip(String fileName) {
    return fileName.toLowerCase(Locale.ROOT).endsWith(".gz");
  }

  /** The ending, without a wish to pay again. */
  static String ending(String fileName) {
    Matcher name = NAME.matcher(fileName);
    if (name.matches()) {
      return name.group(3).toLowerCase(Locale.ROOT);
    }
    return isGzip(fileName) ? ".jsonl.gz" : ".jsonl";
  }

  /** The file with settings for one input, dropped beside it as {@code x.jsonl.properties}. */
  public static Path settingsBeside(Path input) {
    return input.resolveSibling(input.getFileName() + SETTINGS);
  }

  /** Whether a file of this name is still being written, as browsers and copying programs say. */
  public static boolean isUnfinished(String name) {
    return UNFINISHED.matcher(name).matches();
  }

  /** Removes the settings beside an input, if there are any. */
  public static void removeSettingsBeside(Path input) throws IOException {
    Path settings = settingsBeside(input);
    if (Files.exists(settings)) { // the name may be too long for a file, which deleting would say
      Files.delete(settings);
    }
  }
}
