package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VisibleTest {
  /** What steers a terminal, ends a line, turns the direction, or is not seen. */
  private static IntStream dangerous() {
    return IntStream.of(
            0x85, 0xAD, 0x61C, 0x180E, 0x2028, 0x2029, 0x2060, 0xFEFF, 0xFFF9, 0xFFFE, 0xFFFF,
            0x1D173, 0x3164, 0xE0001)
        .mapToObj(IntStream::of)
        .reduce(
            IntStream.concat(IntStream.rangeClosed(0, 0x1F), IntStream.rangeClosed(0x7F, 0x9F)),
            IntStream::concat);
  }

  private static IntStream moreDangerous() {
    return IntStream.concat(
        IntStream.concat(
            IntStream.of(0x200B, 0x200E, 0x200F), IntStream.rangeClosed(0x202A, 0x202E)),
        IntStream.concat(
            IntStream.rangeClosed(0x2061, 0x206F), IntStream.rangeClosed(0xE0020, 0xE007F)));
  }

  @Test
  void what_steers_a_terminal_or_cannot_be_seen_is_never_printed_raw() {
    IntStream.concat(dangerous(), moreDangerous())
        .forEach(
            c -> {
              String shown = Visible.line("a" + Character.toString(c) + "b");
              assertThat(shown).as("U+%04X", c).matches("a(\\\\[nrt]|(\\\\u[0-9A-F]{4}){1,2})b");
            });
  }

  @ParameterizedTest
  @CsvSource({"\uD800", "\uDC00", "\uDC00\uD800"})
  void half_a_pair_is_shown_as_what_it_is(String half) {
    assertThat(Visible.line(half)).matches("(\\\\uD[89A-F]00)+").isASCII();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain (1) ~ #&%.jsonl",
        "C:\\temp\\new",
        "שלום עולם",
        "שָׁלוֹם",
        "مرحبا بالعالم",
        "می\u200Cخواهم",
        "क्\u200Dष",
        "日本語テスト",
        "한국어",
        "🇮🇱 👩\u200D👩\u200D👧 ❤\uFE0F",
        "e\u0301\u0323",
        "a\u00A0b",
        "Größe – «ça»",
        "𝒜𠀀",
      })
  void names_of_all_scripts_stay_readable(String name) {
    assertThat(Visible.line(name)).isEqualTo(name);
    assertThat(Visible.lines(name)).isEqualTo(name);
  }

  @Test
  void no_line_of_a_text_looks_like_a_line_of_its_own() {
    assertThat(Visible.line("x\n2026-01-01 00:00:00 ERROR forged"))
        .isEqualTo("x\\n2026-01-01 00:00:00 ERROR forged");
    assertThat(Visible.lines("x\n2026-01-01 ERROR\r\n\u2028y\rz").lines().skip(1))
        .isNotEmpty()
        .allMatch(line -> line.startsWith("    "));
  }

  @Test
  void json_that_is_made_visible_means_the_same() throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    StringBuilder all = new StringBuilder();
    IntStream.concat(dangerous(), moreDangerous()).forEach(all::appendCodePoint);
    json.put("name", all + "\"\\ שלום 🇮🇱");

    String shown = Visible.document(json.toPrettyString());

    assertThat(new ObjectMapper().readTree(shown)).isEqualTo(json);
    assertThat(shown.lines()).hasSize(3);
    IntStream.concat(dangerous(), moreDangerous())
        .filter(c -> c != '\n')
        .forEach(c -> assertThat(shown.codePoints()).doesNotContain(c));
  }
}
