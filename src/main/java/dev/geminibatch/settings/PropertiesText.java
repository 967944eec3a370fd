package dev.geminibatch.settings;

import dev.geminibatch.io.TextFile;
import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The text of a properties file. {@link Properties} reads it; here it is only found out on which
 * line a key stands, and only when somebody asks.
 */
final class PropertiesText {
  private static final String BLANKS = " \t\f";

  /** Ends a key unless a backslash precedes it. */
  private static final String SEPARATORS = "=:" + BLANKS;

  private final String name;
  private final String text;
  private final Map<String, String> values;

  private PropertiesText(String name, String text, Map<String, String> values) {
    this.name = name;
    this.text = text;
    this.values = values;
  }

  /**
   * Reads a file.
   *
   * @throws UsageException when it cannot be read, or is in another encoding
   */
  static PropertiesText read(Path file, Consumer<UsageException> mistakes) {
    try {
      return of(Place.shown(file), TextFile.read(file), mistakes);
    } catch (IOException e) {
      throw new UsageException("Cannot read " + file + ": " + e.getMessage());
    }
  }

  /**
   * Reads a text.
   *
   * @param name of the file, for messages
   * @param mistakes gets what is wrong with a line, which is ignored then
   */
  static PropertiesText of(String name, String text, Consumer<UsageException> mistakes) {
    String readable = text;
    Properties read;
    while ((read = loaded(readable)) == null) {
      Line broken = broken(readable);
      mistakes.accept(
          new UsageException(
              Place.line(name, broken.number())
                  + ": \\u begins an escape there; write folders with /."));
      readable =
          readable.substring(0, broken.from())
              + "#"
              + "\n".repeat(breaks(readable, broken))
              + readable.substring(broken.to());
    }
    Map<String, String> values = new TreeMap<>();
    read.forEach((key, value) -> values.put(key.toString(), value.toString().strip()));
    return new PropertiesText(name, readable, values);
  }

  private static Properties loaded(String text) {
    Properties read = new Properties();
    try {
      read.load(new StringReader(text));
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a text in memory can be read
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Line broken(String text) {
    return lines(text).stream()
        .filter(line -> text.substring(line.from(), line.to()).contains("\\u"))
        .filter(line -> loaded(text.substring(line.from(), line.to())) == null)
        .findFirst()
        .orElseThrow();
  }

  private static int breaks(String text, Line line) {
    int breaks = 0;
    for (int i = line.from(); i < line.to(); i = nextLine(text, i)) {
      breaks++;
    }
    return breaks;
  }

  /** The same with other values on its lines. */
  PropertiesText with(Map<String, String> others) {
    return new PropertiesText(name, text, others);
  }

  /** What is set. */
  Map<String, String> values() {
    return values;
  }

  /** Where a key stands: the file, and the line that counts. */
  String place(String key) {
    OptionalInt line = line(key);
    return line.isPresent() ? Place.line(name, line.getAsInt()) : name;
  }

  /** The line on which the value of a key begins, from 1; the last one if it is set repeatedly. */
  OptionalInt line(String key) {
    return lines(text).stream().filter(line -> key.equals(key(line))).mapToInt(Line::number).max();
  }

  /** The lines of each key that is set more than once: only the last one counts. */
  Map<String, List<Integer>> repeated() {
    Map<String, List<Integer>> all = new TreeMap<>();
    for (Line line : lines(text)) {
      all.computeIfAbsent(key(line), key -> new ArrayList<>()).add(line.number());
    }
    all.values().removeIf(each -> each.size() < 2);
    all.values().forEach(each -> each.sort(Comparator.naturalOrder()));
    return all;
  }

  /** The name of the file. */
  String name() {
    return name;
  }

  private String key(Line line) {
    int end = line.from();
    while (end < line.to() && SEPARATORS.indexOf(text.charAt(end)) < 0 && !isBreak(end)) {
      end += text.charAt(end) == '\\' ? 2 : 1;
    }
    String written = text.substring(line.from(), Math.min(end, line.to()));
    if (written.indexOf('\\') < 0) {
      return written;
    }
    // The key may continue behind a line break: whoever undoes the escapes knows how.
    return loaded(text.substring(line.from(), line.to())).stringPropertyNames().stream()
        .findFirst()
        .orElse("");
  }

  private boolean isBreak(int at) {
    return text.charAt(at) == '\n' || text.charAt(at) == '\r';
  }

  /**
   * A key with its value, which may continue on further lines.
   *
   * @param number of its first line
   */
  private record Line(int number, int from, int to) {}

  /** The lines that set something, by the rules of {@link Properties#load(java.io.Reader)}. */
  private static List<Line> lines(String text) {
    List<Line> lines = new ArrayList<>();
    int number = 0;
    int began = -1;
    int beganAt = 0;
    for (int from = 0; from < text.length(); ) {
      int to = nextLine(text, from);
      int start = afterBlanks(text, from, to);
      int end = beforeBreak(text, start, to);
      number++;
      if (began < 0 && start < end && text.charAt(start) != '#' && text.charAt(start) != '!') {
        began = start;
        beganAt = number;
      }
      boolean continues = began >= 0 && endsWithBackslash(text, start, end);
      // A backslash alone begins nothing, except at the end.
      boolean isNothingYet = began == start && end - start == 1 && to < text.length();
      if (continues && isNothingYet) {
        began = -1;
      } else if (began >= 0 && !continues) {
        lines.add(new Line(beganAt, began, to));
        began = -1;
      }
      from = to;
    }
    if (began >= 0) {
      lines.add(new Line(beganAt, began, text.length()));
    }
    return lines;
  }

  private static int nextLine(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
      at++;
    }
    return text.startsWith("\r\n", at) ? at + 2 : Math.min(at + 1, text.length());
  }

  private static int afterBlanks(String text, int from, int to) {
    int at = from;
    while (at < to && BLANKS.indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at;
  }

  private static int beforeBreak(String text, int from, int to) {
    int end = to;
    while (end > from && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
      end--;
    }
    return end;
  }

  private static boolean endsWithBackslash(String text, int from, int end) {
    int at = end;
    while (at > from && text.charAt(at - 1) == '\\') {
      at--;
    }
    return (end - at) % 2 != 0;
  }
}
