package dev.geminibatch.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitTableTest {
  private static final LimitTable SHIPPED = LimitTableReader.read(Path.of("config/limits.json"));

  @TempDir Path folder;

  private LimitTable read(String content) throws IOException {
    return LimitTableReader.read(Files.writeString(folder.resolve("limits.json"), content));
  }

  @ParameterizedTest
  @CsvSource({
    "gemini-2.5-pro, 1, 5000000",
    "gemini-2.5-pro-preview-06-05, 2, 500000000",
    "gemini-3.1-pro-preview, 3, 1000000000",
    "gemini-3-flash-preview, 1, 3000000",
    "gemini-2.5-flash, 2, 400000000",
    "gemini-2.5-flash-lite, 1, 10000000",
    "gemini-2.5-flash-lite-preview-09-2025, 1, 10000000",
    "gemini-3.1-flash-lite-preview, 1, 10000000",
    "gemini-2.0-flash, 3, 5000000000",
    "gemini-2.0-flash-lite-001, 2, 1000000000",
    "gemini-3.1-flash-image-preview, 1, 1000000",
    "gemini-3.1-flash-lite-image, 2, 270000000",
    "gemini-3-pro-image-preview, 1, 2000000",
    "gemini-2.5-pro-preview-tts, 1, 25000",
    "gemini-2.5-flash-tts, 3, 4000000",
    "gemini-embedding-001, 1, 500000",
    "gemini-9-flash, 1, 3000000",
    "gemini-9.1-flash-lite-preview, 1, 10000000",
    "gemini-9-pro-preview, 1, 5000000"
  })
  void the_shipped_table_knows_the_limits_of_each_model(String model, int tier, long tokens) {
    assertThat(SHIPPED.enqueuedTokens(model, tier)).hasValue(tokens);
  }

  @ParameterizedTest
  @CsvSource({"gemini-2.5-prosaic", "tunedModels/gemini-2.5-pro", "gemma-3", "gemini-pro-9x", "x"})
  void of_a_model_that_only_looks_alike_nothing_is_known(String model) {
    assertThat(SHIPPED.enqueuedTokens(model)).isEmpty();
  }

  @Test
  void the_entry_that_says_most_of_a_name_applies_wherever_it_stands() throws IOException {
    String two = "\"m-a\": {\"1\": 1}, \"m-a-b\": {\"1\": 2}, \"m-*-b\": {\"1\": 3}";

    LimitTable table = read("{\"enqueuedTokens\": {" + two + "}}");

    assertThat(table.enqueuedTokens("m-a-c", 1)).hasValue(1);
    assertThat(table.enqueuedTokens("m-a-b", 1)).hasValue(2);
    assertThat(table.enqueuedTokens("m-c-b-d", 1)).hasValue(3);
    assertThat(table.enqueuedTokens("m-a", 2)).isEmpty();
  }

  @Test
  void a_star_alone_is_for_every_model() throws IOException {
    assertThat(read("{\"enqueuedTokens\": {\"*\": {\"1\": 7}}}").enqueuedTokens("x", 1))
        .hasValue(7);
  }

  @Test
  void what_a_table_leaves_out_is_as_documented() throws IOException {
    LimitTable table = read("\uFEFF{}");

    assertThat(table.openJobs()).isEqualTo(100);
    assertThat(table.jobBytes()).isEqualTo(2_000_000_000L);
    assertThat(table.families()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "^^ | line 1: | must be a JSON object; write {",
        "[] | line 1: | must be a JSON object; write {",
        "{\"enqueuedTokens\": {} | line 1: | correct the JSON there",
        "{;;\"openJobs\": 100;\"jobBytes\": 5} | line 4: | correct the JSON there",
        "{;\"openJobs\": 0} | line 2: | openJobs is 0; write a whole number from 1 to 10000",
        "{;\"openJobs\": 100.5} | line 2: | openJobs is 100.5; write a whole number",
        "{;\"openJobs\": [1]} | line 2: | openJobs is not a number; write a whole number",
        "{;\"openJobs\": 99999999999999999999999} | line 2: | write a whole number from 1",
        "{;\"jobBytes\": \"2GB\"} | line 2: | jobBytes is 2GB; write a whole number",
        "{;\"date\": 2026} | line 2: | date must be a text",
        "{;\"enqeuedTokens\": {}} | line 2: | did you mean enqueuedTokens?",
        "{;\"date\": \"a\",;\"date\": \"b\"} | line 3: | Duplicate field 'date'",
        "{;\"enqueuedTokens\": 5} | line 2: | must name models; write {\"gemini-2.5-pro\"",
        "{\"enqueuedTokens\": {;\"a b\": {}}} | line 2: | is not a model's name; write for example",
        "{\"enqueuedTokens\": {;\"m\": 5}} | line 2: | m must have tokens by tier; write",
        "{\"enqueuedTokens\": {;\"m\": {;\"4\": 5}}} | line 3: | there is no tier 4; write",
        "{\"enqueuedTokens\": {;\"m\": {;\"1\": -5}}} | line 3: | tier 1 of m is -5; write a whole",
        "{\"enqueuedTokens\": {;\"m\": {;\"1\": null}}} | line 3: | tier 1 of m is null; write",
        "{};x | line 2: | correct the JSON there",
        "{};{} | line 2: | something follows the closing brace; remove it"
      })
  void a_table_with_a_mistake_is_refused_with_its_line_and_a_remedy(
      String content, String line, String remedy) {
    assertThatThrownBy(() -> read(content.replace(';', '\n').replace("\n write", "; write")))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll(folder.resolve("limits.json").toString(), line, remedy);
  }

  @Test
  void a_file_that_is_not_utf_8_is_refused_with_its_line() throws IOException {
    byte[] latin = "{\n\"comment\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
    Path file = Files.write(folder.resolve("latin.json"), latin);

    assertThatThrownBy(() -> LimitTableReader.read(file))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll(file.toString(), "line 2", "save it as UTF-8");
  }

  @Test
  void what_is_not_a_file_or_too_large_for_one_of_limits_is_refused() throws IOException {
    Path large = Files.writeString(folder.resolve("large.json"), " ".repeat((1 << 20) + 1));

    assertThatThrownBy(() -> LimitTableReader.read(folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll(folder.toString(), "it is not a file", "Correct limits.file");
    assertThatThrownBy(() -> LimitTableReader.read(folder.resolve("none.json")))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("none.json", "there is no such file", "Correct limits.file");
    assertThatThrownBy(() -> LimitTableReader.read(large))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("larger than 1 MiB");
  }
}
