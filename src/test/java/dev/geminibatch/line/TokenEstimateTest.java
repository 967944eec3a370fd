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

  private static TokensByKind kinds(BatchRequest request) {
    return tally(request).sum();
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.chars().forEach(c -> escaped.append("\\u%04x".formatted(c)));
    return escaped.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "LATIN, caf\u00e9, 1250",
    "LATIN, \u1ea1\u1ebf, 1500",
    "CYRILLIC, \u043f\u0440\u0438, 1200",
    "HEBREW, \u05e9\u05dc\u05d5\u05dd, 2000",
    "ARABIC, \u0633\u0644\u0627\u0645, 1600",
    "ARABIC, \ufefb, 600",
    "CJK, \u6f22\u5b57, 1500",
    "CJK, \u304b\u306a, 1500",
    "CJK, \ud55c\uae00, 1500",
    "OTHER, \u0928\u092e, 1200",
    "OTHER, \u0e44\u0e17, 1200",
    "OTHER, \ud83d\ude00, 800",
  })
  void text_counts_by_its_script_however_it_is_written(String kind, String text, long tokens) {
    String thousand = text.repeat(1000);
    TokensByKind plain = kinds(withPart("{\"text\":\"" + thousand + "\"}"));
    TokensByKind written = kinds(withPart("{\"text\":\"" + escaped(thousand) + "\"}"));

    assertThat(plain.counts().get(TokenKind.valueOf(kind))).isBetween(tokens - 1, tokens + 1);
    assertThat(written).isEqualTo(plain);
  }

  @Test
  void keys_and_brackets_are_no_text_and_instructions_tools_and_schemas_are() {
    TokensByKind plain = kinds(withPart("{\"text\":\"xxxx\"}"));
    assertThat(plain.counts()).containsEntry(TokenKind.LATIN, 1L);
    String long4000 = "x".repeat(4000);
    for (String field :
        new String[] {
          "\"systemInstruction\":{\"parts\":[{\"text\":\"" + long4000 + "\"}]}",
          "\"system_instruction\":\"" + long4000 + "\"",
          "\"tools\":[{\"functionDeclarations\":[{\"name\":\"" + long4000 + "\"}]}]",
          "\"generationConfig\":{\"responseSchema\":{\"description\":\"" + long4000 + "\"}}",
          "\"generation_config\":{\"response_json_schema\":{\"title\":\"" + long4000 + "\"}}"
        }) {
      BatchRequest request =
          request(
              "{\"key\":\"\u05e9\u05dc\u05d5\u05dd\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"xxxx\"}]}],"
                  + field
                  + "},\"metadata\":{\"note\":\"\u05e9\u05dc\u05d5\u05dd\"}}");
      assertThat(kinds(request).counts().get(TokenKind.LATIN)).as(field).isBetween(1001L, 1040L);
      assertThat(kinds(request).counts()).as(field).doesNotContainKey(TokenKind.HEBREW);
    }
    BatchRequest safe =
        request(
            "{\"key\":\"k\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"xxxx\"}]}],"
                + "\"labels\":{\"x\":\""
                + long4000
                + "\"}}}");
    assertThat(kinds(safe).counts()).containsEntry(TokenKind.LATIN, 1L);
  }

  @Test
  void base64_with_escaped_slashes_hides_no_text() {
    String data = "AAA\\/".repeat(100_000);
    BatchRequest request =
        withPart(
            "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\""
                + data
                + "\"}},"
                + "{\"text\":\""
                + "x".repeat(4000)
                + "\"}");
    assertThat(kinds(request).counts())
        .containsEntry(TokenKind.LATIN, 1000L)
        .containsEntry(TokenKind.IMAGE, 1120L);
  }

  @Test
  void a_request_keeps_its_kinds_in_eight_bytes() {
    TokenTally tally = new TokenTally();
    tally.add(TokenKind.VIDEO, 100_000_000);
    tally.add(TokenKind.LATIN, 30);
    tally.add(TokenKind.SYNTAX, 20);
    RequestTokens request = tally.request();
    assertThat(request)
        .isEqualTo(new RequestTokens(TokenKind.VIDEO, 100_000_000, TokenKind.LATIN, 50));
    assertThat(RequestTokens.unpacked(request.packed())).isEqualTo(request);
    assertThat(RequestTokens.unpacked(-1).total()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "gemini-2.5-pro, 384, 384, 258",
    "gemini-2.5-pro, 960, 540, 1548",
    "gemini-2.0-flash, 1000, 1000, 1032",
    "gemini-2.5-flash, 1, 100000, 2064",
    "gemini-3-flash-preview, 384, 384, 1120",
    "models/gemini-3.1-pro-preview, 4000, 3000, 1120",
    "tunedModels/mine, 960, 540, 1548",
  })
  void a_picture_counts_by_its_tiles_or_as_a_whole(
      String model, long width, long height, long tokens) {
    FileTokens picture = MediaTokens.of("image/png", 1, MediaExtent.pixels(width, height));
    assertThat(picture.of(model)).isEqualTo(TokensByKind.of(TokenKind.IMAGE, tokens));
  }

  @ParameterizedTest
  @CsvSource({
    "application/pdf, 10p, 2580, 5600",
    "application/pdf, 5000p, 258000, 560000",
    "audio/mpeg, 60000ms, 1920, 1920",
    "video/mp4, 60000ms, 18000, 6120",
    "video/mp4, 86400000ms, 1048576, 1048576",
  })
  void pages_and_seconds_count_as_documented(String type, String extent, long old, long since) {
    FileTokens file = MediaTokens.of(type, 1, MediaExtent.parse(extent));
    assertThat(file.of("gemini-2.5-flash").total()).isEqualTo(old);
    assertThat(file.of("gemini-3-pro").total()).isEqualTo(since);
  }
}
