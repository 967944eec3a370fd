package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.geminibatch.io.TextEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells by the beginning of a file how it is to be read: by lines, as most are, or as JSON values
 * that do not keep to lines; and what it is if it cannot be read at all.
 */
public final class FileBeginning {
  private static final int SAMPLE_BYTES = 1 << 16;

  /** How much of a file is read to see where its first value ends. */
  private static final int MOST_BYTES_OF_FIRST = 1 << 27;

  /** As the SDKs and the service call the list of a batch. */
  private static final Pattern LIST_IN_AN_OBJECT =
      Pattern.compile(
          "\\A(?:\u00EF\u00BB\u00BF)?\\s*\\{\\s*\"(?:requests|inlinedRequests|inlined_requests)\"\\s*:\\s*\\[");

  private static final String EXPORT = "export it as JSON, one request per line, in UTF-8";
  private static final String UNPACK = "unpack it, or compress it with gzip as x.jsonl.gz";

  /** By how they begin: what files are that cannot be read, and the remedy. */
  private static final List<Map.Entry<String, String>> KINDS =
      List.of(
          Map.entry("\u001f\u008b", "compressed with gzip; name it x.jsonl.gz"),
          Map.entry("PK\u0003\u0004", "a ZIP archive, as an Excel workbook is; " + EXPORT),
          Map.entry("\u00d0\u00cf\u0011\u00e0", "a workbook or document of Office; " + EXPORT),
          Map.entry("(\u00b5/\u00fd", "compressed with zstd; " + UNPACK),
          Map.entry("BZh", "compressed with bzip2; " + UNPACK),
          Map.entry("\u00fd7zXZ", "compressed with xz; " + UNPACK),
          Map.entry("7z\u00bc\u00af", "a 7-Zip archive; " + UNPACK),
          Map.entry("%PDF", "a PDF; " + EXPORT),
          Map.entry("SQLite format", "an SQLite database; " + EXPORT),
          Map.entry("PAR1", "in Parquet format; " + EXPORT),
          Map.entry(
              "version https://git-lfs",
              "a pointer of Git LFS; fetch the file itself (git lfs pull)"),
          Map.entry("<", "HTML or XML, perhaps of a download that failed; " + EXPORT),
          Map.entry("\"{\"\"", "CSV, as Excel saves it; " + EXPORT));

  private FileBeginning() {}

  /**
   * Where the values begin in a file that is a list, or values that do not keep to lines; what is
   * before opens an object around the list.
   *
   * @return empty if the file keeps to lines
   * @throws BadFile when it is something else than JSON in UTF-8
   */
  public static OptionalInt sequence(Path file) throws IOException, BadFile {
    byte[] sample;
    try (InputStream in = Files.newInputStream(file)) {
      sample = in.readNBytes(SAMPLE_BYTES);
    }
    int start = start(sample);
    checkKind(sample, start);
    if (start == sample.length) {
      return OptionalInt.empty();
    }
    checkEncoding(sample);
    byte first = sample[start];
    Matcher wrapper = LIST_IN_AN_OBJECT.matcher(new String(sample, ISO_8859_1));
    if (wrapper.find()) {
      return OptionalInt.of(wrapper.end() - 1);
    }
    boolean isSequence =
        first == '[' || first == 0x1E || first == '{' && isBrokenUp(file, sample, start);
    return isSequence ? OptionalInt.of(0) : OptionalInt.empty();
  }

  private static int start(byte[] sample) {
    int mark = TextEncoding.markLength(sample, 0, sample.length);
    return ByteSearch.skipBlank(sample, mark, sample.length);
  }

  private static void checkKind(byte[] sample, int start) throws BadFile {
    checkZeros(sample);
    String text = new String(sample, start, Math.min(32, sample.length - start), ISO_8859_1);
    for (Map.Entry<String, String> kind : KINDS) {
      if (text.startsWith(kind.getKey())) {
        throw new BadFile("The file is " + kind.getValue() + ".");
      }
    }
  }

  /** Text in UTF-8 has no zero bytes; that of wider characters is full of them. */
  private static void checkZeros(byte[] sample) throws BadFile {
    int length = Math.min(sample.length, 1024) & ~3;
    int[] zeros = new int[4];
    for (int i = 0; i < length; i++) {
      zeros[i % 4] += sample[i] == 0 ? 1 : 0;
    }
    int all = length / 4;
    if (all > 0 && zeros[0] + zeros[1] + zeros[2] + zeros[3] == length) {
      throw new BadFile(
          "The file begins with zero bytes: it was not written or copied to its end. Write or copy"
              + " it again.");
    }
    boolean isLittle = zeros[0] == 0 && zeros[2] == all && zeros[3] == all;
    boolean isBig = zeros[3] == 0 && zeros[0] == all && zeros[1] == all;
    if (all > 0 && (isLittle || isBig)) {
      throw wide("UTF-32", isLittle ? "LE" : "BE");
    }
    boolean hasLittleMark = startsWith(sample, 0xFF, 0xFE);
    if (hasLittleMark || startsWith(sample, 0xFE, 0xFF)) {
      throw wide("UTF-16", "");
    }
    // Characters of other scripts have no zero byte, but brackets, quotes and spaces do.
    int even = zeros[0] + zeros[2];
    int odd = zeros[1] + zeros[3];
    if (all >= 4 && Math.max(even, odd) >= length / 8 && Math.min(even, odd) == 0) {
      throw wide("UTF-16", odd > 0 ? "LE" : "BE");
    }
  }

  private static boolean startsWith(byte[] sample, int first, int second) {
    return sample.length >= 2 && (sample[0] & 0xFF) == first && (sample[1] & 0xFF) == second;
  }

  private static BadFile wide(String family, String order) {
    String name = family + order;
    return new BadFile("The file is " + name + ", not UTF-8; " + TextEncoding.remedy(name) + ".");
  }

  /** Fails if most lines of the sample are text of another encoding; some may just be damaged. */
  private static void checkEncoding(byte[] sample) throws BadFile {
    if (TextEncoding.firstInvalid(sample, 0, sample.length) < 0) {
      return;
    }
    int lines = 0;
    int invalid = 0;
    int valid = 0;
    for (int from = 0; from < sample.length; ) {
      int lineEnd = ByteSearch.indexOf(sample, from, sample.length, '\n');
      int to = lineEnd < 0 ? sample.length : lineEnd;
      lines++;
      if (TextEncoding.firstInvalid(sample, from, to) >= 0) {
        invalid++;
      } else if (hasLongCharacters(sample, from, to)) {
        valid++;
      }
      from = to + 1;
    }
    if (valid == 0 && invalid > 1 && invalid * 2 >= lines) {
      int first = TextEncoding.firstInvalid(sample, 0, sample.length);
      throw new BadFile(
          String.format(
              Locale.ROOT,
              "The file is not UTF-8: byte 0x%02X at %d; %s.",
              sample[first],
              first,
              NotJson.ofEncoding(sample)));
    }
  }

  private static boolean hasLongCharacters(byte[] sample, int from, int to) {
    for (int i = from; i < to; i++) {
      if (sample[i] < 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether the first line is not a whole object, and what follows makes it one. */
  private static boolean isBrokenUp(Path file, byte[] sample, int start) throws IOException {
    int lineEnd = ByteSearch.indexOf(sample, start, sample.length, '\n');
    int to = lineEnd < 0 ? sample.length : lineEnd;
    int lineReturn = ByteSearch.indexOf(sample, start, to, '\r');
    if (lineReturn >= 0 && isBetweenObjects(sample, lineReturn, to)) {
      return true; // an old Mac's line ends
    }
    if (lineEnd < 0 || isWhole(sample, start, to)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return JsonSequence.beginsOverSeveralLines(in, MOST_BYTES_OF_FIRST);
    }
  }

  private static boolean isBetweenObjects(byte[] sample, int at, int to) {
    int next = ByteSearch.skipBlank(sample, at, to);
    return at > 0 && sample[at - 1] == '}' && next < to && sample[next] == '{';
  }

  private static boolean isWhole(byte[] sample, int start, int to) {
    int last = to - 1;
    while (last > start && " \t\r".indexOf(sample[last]) >= 0) {
      last--;
    }
    if (sample[last] != '}') {
      return false;
    }
    try {
      JsonScanner scanner = new JsonScanner(Arrays.copyOfRange(sample, start, to));
      scanner.nextToken();
      scanner.skipValue();
      return true;
    } catch (JsonScanner.Malformed e) {
      return false;
    }
  }
}
