package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The lines of any file against a plain split of its bytes, each byte taken for a character. */
class LineReaderPropertiesTest {
  private static final String MARK = new String(new byte[] {-17, -69, -65}, ISO_8859_1);

  /** More than the reader's buffer holds. */
  private static final int LONG = 300_000;

  private static ScratchFolder folder;

  @BeforeContainer
  static void open() throws IOException {
    folder = new ScratchFolder();
  }

  @AfterContainer
  static void close() throws IOException {
    folder.close();
  }

  /** A line as a person would describe it. */
  private record Expected(long number, long offset, String text, boolean isTooLong) {
    private boolean isBlank() {
      return text.matches("[ \t\r]*");
    }
  }

  @Property
  void small_files_are_cut_at_their_line_ends(
      @ForAll("small") String content, @ForAll @IntRange(min = 1, max = 5_000) int most)
      throws IOException {
    check(content, most);
  }

  @Property(tries = 60)
  void lines_longer_than_the_buffer_are_cut_like_any_other(
      @ForAll("large") String content, @ForAll("limits") int most) throws IOException {
    check(content, most);
  }

  private static void check(String content, int most) throws IOException {
    Path file = Files.write(folder.path().resolve("x"), content.getBytes(ISO_8859_1));
    List<Expected> expected = split(content, most);
    List<Line> lines = new ArrayList<>();
    try (LineReader reader = LineReader.open(file, most)) {
      reader.forEachRemaining(lines::add);
    }

    assertThat(lines).extracting(Line::number).isEqualTo(map(expected, Expected::number));
    assertThat(lines).extracting(Line::offset).isEqualTo(map(expected, Expected::offset));
    assertThat(lines).extracting(Line::isTooLong).isEqualTo(map(expected, Expected::isTooLong));
    for (int i = 0; i < lines.size(); i++) {
      String text = new String(lines.get(i).bytes(), ISO_8859_1);
      if (lines.get(i).isTooLong()) {
        assertThat(expected.get(i).text()).startsWith(text);
      } else {
        assertThat(text.equals(expected.get(i).text())).as("line " + (i + 1)).isTrue();
      }
    }
  }

  private static <T> List<T> map(List<Expected> lines, Function<Expected, T> of) {
    return lines.stream().map(of).toList();
  }

  /** The reference. */
  private static List<Expected> split(String content, int most) {
    int from = content.startsWith(MARK) ? MARK.length() : 0;
    List<Expected> lines = new ArrayList<>();
    long number = 0;
    for (String line : content.substring(from).split("\n", -1)) {
      number++;
      String text = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
      Expected expected = new Expected(number, from, text, text.length() > most);
      if (expected.isTooLong() || !expected.isBlank()) {
        lines.add(expected);
      }
      from += line.length() + 1;
    }
    return lines;
  }

  @Provide
  Arbitrary<String> small() {
    return file(pieces(), Arbitraries.just(""));
  }

  @Provide
  Arbitrary<String> large() {
    Arbitrary<String> filling =
        Arbitraries.of("x", " ", "\r")
            .flatMap(
                each ->
                    Arbitraries.oneOf(
                            Arbitraries.integers().between(1, LONG),
                            Arbitraries.integers().between(256 * 1024 - 2, 256 * 1024 + 2),
                            Arbitraries.integers().between(LONG - 1, LONG + 1))
                        .map(each::repeat));
    Arbitrary<String> ended =
        Combinators.combine(filling, Arbitraries.of("", "\r\n")).as((line, end) -> line + end);
    return file(Arbitraries.oneOf(pieces(), ended), ended);
  }

  @Provide
  Arbitrary<Integer> limits() {
    return Arbitraries.oneOf(
        Arbitraries.just(LONG), Arbitraries.integers().between(1024, 2 * LONG));
  }

  private static Arbitrary<String> file(Arbitrary<String> piece, Arbitrary<String> first) {
    return Combinators.combine(Arbitraries.of("", MARK), first, piece.list().ofMaxSize(12))
        .as((mark, beginning, pieces) -> mark + beginning + String.join("", pieces));
  }

  private static Arbitrary<String> pieces() {
    return Arbitraries.frequencyOf(
        Tuple.of(4, Arbitraries.of("\n", "\r\n", "\r", " ", "\t", MARK, "\n\n")),
        Tuple.of(2, Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(30)),
        Tuple.of(1, Arbitraries.integers().between(1_000, 6_000).map("y"::repeat)));
  }
}
