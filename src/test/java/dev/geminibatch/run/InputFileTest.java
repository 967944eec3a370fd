package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the name of an input says. */
class InputFileTest {
  @ParameterizedTest
  @CsvSource({
    "x.jsonl, x, .jsonl, false",
    "x.JSONL, x, .jsonl, false",
    "x.ndjson, x, .ndjson, false",
    "x.json, x, .json, false",
    "x.Json.GZ, x, .json.gz, false",
    "x.ndjson.gz, x, .ndjson.gz, false",
    "x.force.json, x, .json, true",
    "x.FORCE.jsonl.gz, x, .jsonl.gz, true",
    "x.json.jsonl, x.json, .jsonl, false",
    "x-batch-errors.jsonl, x-batch-errors, .jsonl, false"
  })
  void json_and_ndjson_are_taken_as_jsonl(String name, String stem, String ending, boolean forced) {
    assertThat(InputFile.isInput(name)).isTrue();
    assertThat(InputFile.stem(name)).isEqualTo(stem);
    assertThat(InputFile.ending(name)).isEqualTo(ending);
    assertThat(InputFile.isForced(name)).isEqualTo(forced);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x.jsonl.part", "x.csv", "x.jsonl ", "jsonl", "x.json5", "x.gz", "x.jsonl.zip"})
  void no_other_name_is_an_input(String name) {
    assertThat(InputFile.isInput(name)).isFalse();
    assertThat(InputFile.stem(name)).isEqualTo(name);
  }

  @Test
  void a_line_break_in_a_name_does_not_hide_its_ending() {
    assertThat(InputFile.stem("a\nb.force.jsonl")).isEqualTo("a\nb");
    assertThat(InputFile.isForced("a\nb.force.jsonl")).isTrue();
  }

  @Test
  void a_report_of_ours_is_not_an_input() {
    assertThat(InputFile.isReport("x-batch-report.json")).isTrue();
    assertThat(InputFile.isReport("report.json")).isFalse();
    assertThat(InputFile.isOutput("x-batch-results.jsonl")).isTrue();
    assertThat(InputFile.isOutput("x.jsonl")).isFalse();
  }
}
