package dev.geminibatch.line;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a budget is held against must not be smaller because of how a line is written. */
class TokenEstimateTest {
  private static BatchRequest request(String json) {
    return request(json, RequestDefaults.NONE);
  }

  private static BatchRequest request(String json, RequestDefaults defaults) {
    CheckedLine line = new RequestReader(Integer.MAX_VALUE, defaults).read(line(json));
    assertThat(line).as(String.valueOf(line)).isInstanceOf(BatchRequest.class);
    return (BatchRequest) line;
  }

  private static Line line(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return new Line(1, 0, bytes, bytes.length);
  }

  private static BatchRequest withConfig(String config) {
    return request(
        "{\"key\":\"k\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],"
            + "\"generationConfig\":"
            + config
            + "}}");
  }

  private static BatchRequest withPart(String part) {
    return request("{\"key\":\"k\",\"request\":{\"contents\":[{\"parts\":[" + part + "]}]}}");
  }

  private static TokenTally tally(BatchRequest request) {
    TokenTally tally = new TokenTally();
    TokenEstimate.input(request, "gemini-3-flash", FileTokens.NONE, tally);
    return tally;
  }

  private static long input(BatchRequest request) {
    return tally(request).total();
  }

  private static long file(String type, long bytes) {
    return MediaTokens.of(type, bytes, MediaExtent.UNKNOWN).sinceThree().total();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|1000",
        "{\"maxOutputTokens\":50}|50",
        "{\"max_output_tokens\":5000}|5000",
        "{\"maxOutputTokens\":\"5000\"}|5000",
        "{\"maxOutputTokens\":5e3}|5000",
        "{\"maxOutputTokens\":5000.0}|5000",
        "{\"maxOutputTokens\":5000,\"max_output_tokens\":1}|5000",
        "{\"maxOutputTokens\":0}|1000",
        "{\"maxOutputTokens\":-5}|1000",
        "{\"candidateCount\":8}|8000",
        "{\"candidate_count\":8,\"maxOutputTokens\":100}|800",
        "{\"candidateCount\":\"8\"}|8000",
        "{\"candidateCount\":8,\"candidate_count\":1}|8000",
        "{\"candidateCount\":0}|1000",
        "{\"candidateCount\":-3}|1000",
        "{\"thinkingConfig\":{\"thinkingBudget\":24576}}|25576",
        "{\"thinking_config\":{\"includeThoughts\":true,\"thinking_budget\":24576}}|25576",
        "{\"thinkingConfig\":{\"thinkingBudget\":-1}}|1000",
      })
  void what_multiplies_or_lengthens_an_answer_counts_in_every_spelling(String config, long tokens) {
    assertThat(TokenEstimate.output(withConfig(config), 1000)).isEqualTo(tokens);
  }

  @Test
  void the_config_of_an_sdk_line_counts_as_well() {
    BatchRequest request =
        request(
            "{\"key\":\"k\",\"model\":\"m\",\"contents\":\"x\",\"config\":{\"candidate_count\":4,"
                + "\"thinking_config\":{\"thinking_budget\":500},\"max_output_tokens\":100}}");
    assertThat(TokenEstimate.output(request, 1000)).isEqualTo(900);
  }

  @Test
  void defaults_count_as_what_is_in_the_line() throws IOException {
    RequestDefaults defaults =
        RequestDefaults.of(
            Optional.of(
                "{\"candidateCount\":3,\"thinkingConfig\":{\"thinkingBudget\":70},"
                    + "\"maxOutputTokens\":10}"),
            Optional.of("x".repeat(400_000)));
    BatchRequest request = request("{\"key\":\"k\",\"request\":{\"contents\":\"x\"}}", defaults);
    assertThat(TokenEstimate.output(request, 1000)).isEqualTo(100);
    assertThat(input(request)).isGreaterThan(100_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775807",
        "1e18",
        "1e308",
        "1e2000000000",
        "\"99999999999999999999999999999999999999\"",
      })
  void no_number_is_so_large_that_the_sum_becomes_small(String number) {
    long tokens =
        TokenEstimate.output(
            withConfig(
                "{\"maxOutputTokens\":%s,\"candidateCount\":%s,\"thinkingConfig\":{\"thinkingBudget\":%s}}"
                    .formatted(number, number, number)),
            1000);
    assertThat(tokens).isGreaterThan(1_000_000_000L);
    assertThat(Math.multiplyExact(tokens, 10_000_000L)).isPositive(); // lines of a run
  }

  @ParameterizedTest
  @CsvSource({
    "image/png, 20000000, 1120",
    "text/plain, 4000, 1000",
    "video/mp4, 10, 1120",
    "video/mp4, 7500000, 90000",
    "video/mp4, 2000000000, 1048576",
    "audio/mpeg, 2000000, 32000",
    "audio/wav, 2000000, 8000",
    "application/pdf, 1000, 1120",
    "application/pdf, 50000000, 560000",
    "application/x-unknown, 100000000, 1048576",
  })
  void a_file_counts_by_its_kind_and_size(String type, long bytes, long tokens) {
    assertThat(file(type, bytes)).isEqualTo(tokens);
  }

  @Test
  void a_video_of_two_hours_is_not_the_price_of_a_picture() {
    long bytes = 2 * 3600 * 60_000L; // at half a megabit a second
    assertThat(file("video/mp4", bytes)).isEqualTo(TokenEstimate.MOST_INPUT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"~\"}}|1120",
        "{\"inline_data\":{\"data\":\"~\",\"mime_type\":\"image/png\"}}|1120",
        "{\"inlineData\":{\"mimeType\":\"audio/mpeg\",\"data\":\"~\"}}|48000",
        "{\"inlineData\":{\"data\":\"~\"}}|48000",
        "{\"fileData\":{\"mimeType\":\"image/png\",\"fileUri\":\"https://x/files/y\"}}|1120",
        "{\"file_data\":{\"mime_type\":\"video/mp4\",\"file_uri\":\"https://x/files/y\"}}|1048576",
        "{\"fileData\":{\"fileUri\":\"https://x/files/y\"}}|1048576",
        "{\"fileData\":{\"mimeType\":\"application/pdf\",\"fileUri\":\"https://x/files/y\"}}|560000",
      })
  void files_in_the_line_and_files_that_are_with_the_service_count(String part, long tokens) {
    String data = "A".repeat(4_000_000);
    assertThat(input(withPart(part.replace("~", data)))).isBetween(tokens - 100, tokens + 100);
  }

  @Test
  void tools_and_schemas_count_as_text() throws IOException {
    String tools =
        "\"tools\":[{\"functionDeclarations\":[{\"name\":\"" + "f".repeat(4000) + "\"}]}]";
    BatchRequest request =
        request(
            "{\"key\":\"k\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],"
                + tools
                + "}}");
    assertThat(input(request)).isGreaterThan(1000);
  }
}
