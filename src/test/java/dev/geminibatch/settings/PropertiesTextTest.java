package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PropertiesTextTest {

  /** Everything that means something in such a file, in any order. */
  @Provide
  Arbitrary<String> files() {
    return Arbitraries.of(
            "a", "b", "key", "=", ":", " ", "\t", "\f", "\n", "\r", "\r\n", "\\", "\\\\", "\\\n",
            "\\\r\n", "\\ ", "#", "!", "\\u0061", "\\t", "1", "\n#", "\n\n", "\\\n  ")
        .list()
        .ofMaxSize(24)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 20_000)
  void a_file_says_what_java_reads_in_it(@ForAll("files") String text) throws IOException {
    Map<String, String> values = new TreeMap<>();
    java(text).forEach((key, value) -> values.put(key.toString(), value.toString().strip()));

    assertThat(read(text).values()).isEqualTo(values);
  }

  /** Java tells where a value ends: so far it has read by then. */
  @Property(tries = 20_000)
  void a_key_is_on_the_line_where_its_last_value_begins(@ForAll("files") String text)
      throws IOException {
    PropertiesText read = read(text);
    Map<String, Integer> ends = ends(text);
    List<String> lines = lines(text);

    Set<String> keys = new TreeSet<>(read.values().keySet());
    keys.remove(""); // of a backslash and nothing else
    for (String key : keys) {
      int line = read.line(key).orElseThrow();
      int from = String.join("", lines.subList(0, line - 1)).length();
      assertThat(text.substring(from)).matches("(?s)[ \\t\\f]*[^ \\t\\f#!\r\n].*");
      assertThat(java(text.substring(from, ends.get(key))))
          .isEqualTo(Map.of(key, java(text).getProperty(key)));
    }
  }

  private static Map<String, Integer> ends(String text) throws IOException {
    Map<String, Integer> ends = new TreeMap<>();
    AtomicInteger read = new AtomicInteger();
    AtomicBoolean isAtEnd = new AtomicBoolean();
    Properties noting =
        new Properties() {
          @Override
          public synchronized Object put(Object key, Object value) {
            // At the end of a line it has looked at the character behind that.
            return ends.put(key.toString(), isAtEnd.get() ? text.length() : read.get() - 1);
          }
        };
    noting.load(
        new StringReader(text) {
          @Override
          public int read(char[] into, int at, int most) throws IOException {
            int count = super.read(into, at, Math.min(most, 1));
            read.addAndGet(Math.max(count, 0));
            isAtEnd.set(count < 0);
            return count;
          }
        });
    return ends;
  }

  @Test
  void continued_lines_comments_and_other_separators_do_not_move_the_numbers() {
    PropertiesText text =
        read(
            """
            # a comment \\
            a = 1, \\
                2, \\
                3
            ! another
            \tb:x

            c\\ d  y
            \\u0065 = z
            """);

    assertThat(text.values()).isEqualTo(Map.of("a", "1, 2, 3", "b", "x", "c d", "y", "e", "z"));
    assertThat(text.place("a")).isEqualTo("l, line 2");
    assertThat(text.place("b")).isEqualTo("l, line 6");
    assertThat(text.place("c d")).isEqualTo("l, line 8");
    assertThat(text.place("e")).isEqualTo("l, line 9");
  }

  @Test
  void the_last_of_several_lines_counts_and_the_others_are_known() {
    PropertiesText text = read("a = 1\nb = 2\na = 3\r\na = 4");

    assertThat(text.values()).containsEntry("a", "4");
    assertThat(text.place("a")).isEqualTo("l, line 4");
    assertThat(text.repeated()).isEqualTo(Map.of("a", List.of(1, 3, 4)));
  }

  @Test
  void a_broken_escape_is_named_with_its_line_and_the_other_lines_count() {
    List<String> mistakes = new ArrayList<>();

    PropertiesText text =
        PropertiesText.of(
            "l",
            "a = 1\nfolder = C:\\users\\x \\\n  more\nb = 2\nc = \\uZ",
            mistake -> mistakes.add(mistake.getMessage()));

    assertThat(mistakes)
        .containsExactly(
            "l, line 2: \\u begins an escape there; write folders with /.",
            "l, line 5: \\u begins an escape there; write folders with /.");
    assertThat(text.values()).isEqualTo(Map.of("a", "1", "b", "2"));
    assertThat(text.place("b")).isEqualTo("l, line 4");
  }

  private static PropertiesText read(String text) {
    return PropertiesText.of("l", text, mistake -> {});
  }

  private static Properties java(String text) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(text));
    return properties;
  }

  /** With their ends. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    for (String line : text.split("(?<=\n)|(?<=\r)(?!\n)", -1)) {
      lines.add(line);
    }
    return lines;
  }
}
