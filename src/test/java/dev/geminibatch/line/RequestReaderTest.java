package dev.geminibatch.line;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.testkit.WrittenLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {
  private RequestReader reader = new RequestReader();

  @Test
  void an_extraction_line_keeps_its_schema_and_gets_its_image() {
    String wire =
        wire(
            """
            {"custom_id":"ext_fuerst_0042","method":"POST","url":"/v1beta/models/gemini-x:generateContent",\
            "body":{"contents":[{"parts":[{"text":"[[FILE:public/a b.jpg]]"},{"text":"lies"}]}],\
            "generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"ARRAY"}}}}""");

    assertThat(wire)
        .isEqualTo(
            """
            {"key":"ext_fuerst_0042","request":{"contents":[{"parts":[{"fileData":{"mimeType":"image/png",\
            "fileUri":"uri:public/a b.jpg"}},{"text":"lies"}]}],\
            "generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"ARRAY"}}}}
            """);
    assertThat(
            request(
                    line(
                        "{\"custom_id\":\"a\",\"url\":\"/v1beta/models/gemini-x:generateContent\""
                            + ",\"body\":{\"contents\":[{\"text\":\"b\"}]}}"))
                .model())
        .isEqualTo("gemini-x");
  }

  @Test
  void the_model_of_an_absolute_url_is_found() {
    BatchRequest request =
        request(
            line(
                """
                {"custom_id":"7","method":"POST","url":"https://generativelanguage.googleapis.com/v1beta/models/gemini-3-flash:generateContent",\
                "body":{"contents":[{"text":"x"}]}}"""));

    assertThat(request.model()).isEqualTo("gemini-3-flash");
  }

  @Test
  void bare_parts_become_one_user_turn() {
    assertThat(wireRequest("{\"contents\":[{\"text\":\"a\"},{\"text\":\"b\"}]}"))
        .isEqualTo(
            "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"},{\"text\":\"b\"}]}]}");
  }

  @Test
  void bare_parts_between_turns_are_wrapped_where_they_stand() {
    assertThat(
            wireRequest(
                "{\"contents\":[{\"text\":\"a\"}, {\"role\":\"model\",\"parts\":[{\"text\":\"b\"}]},"
                    + " \"c\", {\"text\":\"[[FILE:d]]\"}]}"))
        .isEqualTo(
            "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]},"
                + " {\"role\":\"model\",\"parts\":[{\"text\":\"b\"}]},"
                + " {\"role\":\"user\",\"parts\":[{\"text\":\"c\"}, "
                + file("d")
                + "]}]}");
  }

  @Test
  void a_single_turn_or_text_without_a_list_is_put_into_one() {
    assertThat(wireRequest("{\"contents\":{\"parts\":[{\"text\":\"a\"}]}}"))
        .isEqualTo("{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]}");
    assertThat(wireRequest("{\"contents\":\"a\"}"))
        .isEqualTo("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]}]}");
    assertThat(wireRequest("{\"contents\":{\"text\":\"[[FILE:a]]\"}}"))
        .isEqualTo("{\"contents\":[{\"role\":\"user\",\"parts\":[" + file("a") + "]}]}");
  }

  @Test
  void a_text_is_cut_around_its_tags_in_order_and_byte_for_byte() {
    assertThat(wireRequest(parts("{\"text\":\"\\u05d0 \\/[[FILE:a]]\\n[[FILE:b]] שלום\\ud800\"}")))
        .isEqualTo(
            parts(
                "{\"text\":\"\\u05d0 \\/\"},"
                    + file("a")
                    + ",{\"text\":\"\\n\"},"
                    + file("b")
                    + ",{\"text\":\" שלום\\ud800\"}"));
  }

  @Test
  void a_tag_whose_letters_are_escaped_is_still_a_tag() {
    assertThat(wireRequest(parts("{\"text\":\"\\u005b[\\u0046ILE:p\\/\\u05d0.png]\\u005D\"}")))
        .isEqualTo(parts(file("p/א.png")));
  }

  @Test
  void the_other_fields_of_a_part_stay_with_its_pieces() {
    assertThat(
            wireRequest(
                parts("{\"videoMetadata\":{\"fps\":1},\"text\":\"a[[FILE:v]]\",\"thought\":true}")))
        .isEqualTo(
            parts(
                "{\"text\":\"a\",\"thought\":true},"
                    + file("v").replaceFirst("}$", "")
                    + ",\"videoMetadata\":{\"fps\":1},\"thought\":true}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}],\"x\":[1e400,0.10,12345678901234567890,-0]}",
        "{ \"contents\" : [ {\"role\":\"user\", \"parts\" : [ {\"text\" : \"\\u00e9\\/\" } ] } ] }",
        "{\"contents\":[{\"parts\":[{\"inlineData\":{\"data\":\"AAAA\"}}]}],\"neu\":{\"a\":null}}",
        "{\"systemInstruction\":{\"parts\":[{\"text\":\"s\"}]},\"contents\":[{\"parts\":[{}]}],"
            + "\"tools\":[{\"googleSearch\":{}}],\"safetySettings\":[]}",
      })
  void what_needs_no_change_is_passed_on_byte_for_byte(String request) {
    assertThat(wireRequest(request)).isEqualTo(request);
  }

  @Test
  void further_fields_of_a_native_line_are_passed_on() {
    assertThat(
            wire(
                "{\"meta\":{\"n\":1.0},\"key\":\"k\",\"request\":{\"contents\":[\"x\"]},\"z\":\"\"}"))
        .startsWith("{\"key\":\"k\",\"meta\":{\"n\":1.0},\"z\":\"\",\"request\":{");
  }

  @Test
  void a_line_without_a_key_is_named_by_its_number() {
    Line line = new Line(17, 0, bytes("{\"request\":{\"contents\":[\"x\"]}}"), 31);

    assertThat(reader.read(line).key()).isEqualTo(new RequestKey("line-17", "\"line-17\""));
  }

  @Test
  void a_number_as_key_is_a_string_on_the_wire_and_a_number_in_the_results() {
    RequestKey key =
        reader
            .read(line("{\"key\":12345678901234567890,\"request\":{\"contents\":[\"x\"]}}"))
            .key();

    assertThat(key.wireJson()).isEqualTo("\"12345678901234567890\"");
    assertThat(key.json()).isEqualTo("12345678901234567890");
  }

  @Test
  void a_line_of_an_errors_file_keeps_the_key_that_was_made_up_for_it() {
    BatchRequest request =
        request(
            line(
                "{\"key\":\"line-7\",\"line\":7,\"stage\":\"collect\",\"code\":\"empty\","
                    + "\"message\":\"m\",\"retryable\":true,"
                    + "\"request\":{\"request\":{\"contents\":[\"a\"]}}}"));

    assertThat(request.key()).isEqualTo(RequestKey.ofLine(7));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1beta/models/gemini-x:generateContent, gemini-x",
    "https://example.org/page-1.jpg,",
    "not a url,"
  })
  void a_native_line_may_name_its_model_in_a_url_or_have_one_of_its_own(String url, String model) {
    BatchRequest request =
        request(line("{\"key\":\"k\",\"url\":\"" + url + "\",\"request\":{\"contents\":[\"a\"]}}"));

    assertThat(request.model()).isEqualTo(model);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"key":"k","request":R} | WIRE
          {"request": R, "other": 1, "key": "k"} | WIRE
          ` {"key":"k","request":R}` | PIECES
          {"key":7,"request":R} | PIECES
          {"request":R} | PIECES
          {"key":"k","custom_id":"c","request":R} | PIECES
          {"key":"k","url":"u","request":R} | PIECES
          {"key":"","key":"k","request":R} | PIECES
          {"key":"k","key":"l","request":R} | PIECES
          {"key":"k","request":{"contents":["bare"]}} | PIECES
          {"key":"k","body":R} | PIECES
          """)
  void a_line_goes_out_whole_if_the_service_takes_it_as_it_is(String line, BatchRequest.Form form) {
    String request = "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]}";

    assertThat(request(line(line.replace("R", request))).form()).isEqualTo(form);
  }

  @Test
  void a_line_with_a_default_does_not_go_out_whole() {
    withDefaults("{\"temperature\":0.5}", null);

    assertThat(request(line(nativeLine("k", "a"))).form()).isEqualTo(BatchRequest.Form.PIECES);
  }

  @Test
  void a_line_of_an_errors_file_is_read_as_the_line_it_reports() {
    String original = "{\"custom_id\":\"c\",\"body\":{\"contents\":[{\"text\":\"[[FILE:a]]\"}]}}";

    assertThat(
            wire(
                "{\"key\":\"c\",\"line\":3,\"stage\":\"inspect\",\"code\":\"file-missing\","
                    + "\"message\":\"m\",\"retryable\":false,\"request\":"
                    + original
                    + "}"))
        .isEqualTo(wire(original));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"key\":\"a\"                                                    | not-json",
        "not JSON                                                          | not-json",
        "{\"key\":\"a\",\"request\":{\"contents\":[\"x\"]}} {}             | not-json",
        "[1]                                                               | not-an-object",
        "{\"key\":\"a\",\"contents\":[]}                                   | no-contents",
        "{\"key\":\"a\",\"request\":{}}                                    | no-contents",
        "{\"key\":\"a\",\"request\":{\"contents\":[]}}                     | no-contents",
        "{\"key\":\"a\",\"request\":{\"contents\":null}}                   | no-contents",
        "{\"key\":\"a\",\"request\":[]}                                    | bad-request",
        "{\"key\":\"a\",\"request\":{\"contents\":[7]}}                    | bad-contents",
        "{\"key\":\"a\",\"request\":{\"contents\":[{\"parts\":[]}]}}       | no-parts",
        "{\"key\":\"a\",\"request\":{\"contents\":[{\"role\":\"user\"}]}}  | no-parts",
        "{\"key\":\"a\",\"request\":{\"contents\":[{\"parts\":{}}]}}       | bad-parts",
        "{\"key\":{},\"request\":{\"contents\":[\"x\"]}}                   | bad-key",
        "{\"request\":{\"contents\":[\"x\"]},\"body\":{\"contents\":[\"x\"]}} | two-requests",
        "{\"generation_config\":{},\"request\":{\"contents\":[\"x\"]}}     | misplaced-field",
        "{\"url\":\"/v1/chat/completions\",\"body\":{\"contents\":[\"x\"]}} | bad-url",
        "{\"url\":\"/v1beta/models/m:embedContent\",\"body\":{\"contents\":[\"x\"]}} | embedding",
        "{\"url\":\"/models/a:generateContent\",\"body\":{\"model\":\"models/b\",\"contents\":[\"x\"]}} | two-models",
        "{\"request\":{\"contents\":[\"x\"],\"model\":\"a b\"}}            | bad-model",
        "{\"request\":{\"contents\":[\"[[FILE:a\"]}}                       | bad-tag",
        "{\"request\":{\"contents\":[\"[[FILE: ]]\"]}}                     | bad-tag",
        "{\"request\":{\"contents\":[\"x\"],\"systemInstruction\":{\"parts\":[{\"text\":\"[[FILE:a]]\"}]}}} | tag-in-system-instruction",
      })
  void a_line_that_cannot_be_sent_is_rejected_with_its_reason(String json, String code) {
    CheckedLine checked = reader.read(line(json.strip()));

    assertThat(checked).isInstanceOf(RejectedLine.class);
    assertThat(((RejectedLine) checked).problem().code()).isEqualTo(code);
  }

  @Test
  void bytes_that_are_not_utf8_spoil_only_their_line() {
    byte[] bytes = bytes("{\"key\":\"a\",\"request\":{\"contents\":[\"?\"]}}");
    bytes[37] = (byte) 0xFF;

    assertThat(reader.read(new Line(1, 0, bytes, bytes.length))).isInstanceOf(RejectedLine.class);
  }

  @Test
  void the_wire_line_of_a_request_is_json() throws Exception {
    String wire =
        wire("{\"key\":\"a\\\"\\u0000\",\"request\":{\"contents\":[\"[[FILE:a\\\"b]]\"]}}");

    assertThat(new ObjectMapper().readTree(wire).at("/request/contents/0/parts/0/fileData/fileUri"))
        .hasToString("\"uri:a\\\"b\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"contents":["a"]} | {"contents":[C],"systemInstruction":S,"generationConfig":{"temperature":0.5,"responseMimeType":"application/json"}}
          {"contents":["a"],"generationConfig":{}} | {"contents":[C],"generationConfig":{"temperature":0.5,"responseMimeType":"application/json"},"systemInstruction":S}
          {"contents":["a"],"generation_config":{"temperature":1,"response_mime_type":"x"}} | {"contents":[C],"generation_config":{"temperature":1,"response_mime_type":"x"},"systemInstruction":S}
          {"generationConfig":{"topK":1},"systemInstruction":{"parts":[]},"contents":["a"]} | {"generationConfig":{"topK":1,"temperature":0.5,"responseMimeType":"application/json"},"systemInstruction":{"parts":[]},"contents":[C]}
          {"contents":["a"],"systemInstruction":{},"generationConfig":{"responseSchema":{}}} | {"contents":[C],"systemInstruction":{},"generationConfig":{"responseSchema":{},"temperature":0.5}}
          """)
  void a_request_gets_what_it_does_not_say_itself(String request, String expected) {
    withDefaults("{\"temperature\":0.5,\"responseMimeType\":\"application/json\"}", "Be \"brief\"");

    assertThat(wireRequest(request))
        .isEqualTo(
            expected
                .replace("[C]", "[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]}]")
                .replace("S,", "{\"parts\":[{\"text\":\"Be \\\"brief\\\"\"}]},")
                .replace(":S}", ":{\"parts\":[{\"text\":\"Be \\\"brief\\\"\"}]}}"));
  }

  @Test
  void an_answer_is_held_against_the_defaults_too() {
    withDefaults(
        "{\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"type\":\"array\"},"
            + "\"maxOutputTokens\":7}",
        null);

    assertThat(request(line("{\"key\":\"k\",\"request\":{\"contents\":[\"a\"]}}")).answerFormat())
        .isEqualTo(
            new AnswerFormat(
                "application/json", Optional.empty(), Optional.of("{\"type\":\"array\"}"), 7));
  }

  private void withDefaults(String config, String instruction) {
    reader =
        new RequestReader(
            Integer.MAX_VALUE,
            RequestDefaults.of(Optional.of(config), Optional.ofNullable(instruction)));
  }

  private String wireRequest(String requestJson) {
    String wire = wire("{\"key\":\"k\",\"request\":" + requestJson + "}");
    String start = "{\"key\":\"k\",\"request\":";
    assertThat(wire).startsWith(start).endsWith("}\n");
    return wire.substring(start.length(), wire.length() - 2);
  }

  private String wire(String json) {
    BatchRequest request = request(line(json));
    Function<FileTag, FileReference> references =
        tag -> new FileReference("uri:" + tag.path(), "image/png");
    WrittenLines wire = new WrittenLines();
    try {
      WireLine.write(request, request.key().wireJson(), references, wire);
      assertThat(WireLine.length(request, request.key().wireJson(), references))
          .isEqualTo(wire.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return wire.toString();
  }

  private BatchRequest request(Line line) {
    CheckedLine checked = reader.read(line);
    assertThat(checked).isInstanceOf(BatchRequest.class);
    return (BatchRequest) checked;
  }

  private static String parts(String parts) {
    return "{\"contents\":[{\"parts\":[" + parts + "]}]}";
  }

  private static String file(String path) {
    return "{\"fileData\":{\"mimeType\":\"image/png\",\"fileUri\":\"uri:" + path + "\"}}";
  }

  private static Line line(String json) {
    byte[] bytes = bytes(json);
    return new Line(1, 0, bytes, bytes.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
