package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.testkit.WrittenLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines as the SDKs shape their inline requests, and what people make of them. */
class SdkLineTest {
  private RequestReader reader = new RequestReader();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"key":"a","model":"models/gemini-2.5-pro","request":{"contents":"hi"}} | gemini-2.5-pro
          {"key":"a","request":{"contents":"hi"},"model":"gemini-2.5-pro"} | gemini-2.5-pro
          {"model":"gemini-2.5-pro","contents":"hi"} | gemini-2.5-pro
          {"request":{"model":"models/gemini-2.5-pro","contents":"hi"},"config":{}} | gemini-2.5-pro
          {"custom_id":"a","model":"gemini-2.5-pro","body":{"contents":"hi"}} | gemini-2.5-pro
          {"key":"a","model":"gemini-2.5-pro","request":{"model":"models/gemini-2.5-pro","contents":"hi"}} | gemini-2.5-pro
          {"model":"projects/p/locations/l/publishers/google/models/gemini-2.5-pro","contents":"hi"} | gemini-2.5-pro
          {"key":"a","model":null,"request":{"contents":"hi"}} |
          """)
  void the_model_of_a_line_is_taken(String json, String model) {
    assertThat(request(json).model()).isEqualTo(model);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"request":{"contents":"hi"},"config":{"temperature":0},"metadata":{"key":"req-9"}} | "req-9"
          {"contents":"hi","metadata":{"n":{"key":"x"},"key":7}} | 7
          {"key":"a","request":{"contents":"hi"},"metadata":{"key":"a"}} | "a"
          {"key":"a","request":{"contents":"hi"},"metadata":{"id":"b"}} | "a"
          {"custom_id":"c","body":{"contents":"hi"},"metadata":"none"} | "c"
          {"request":{"contents":"hi"},"metadata":{"key":null}} | "line-1"
          """)
  void the_key_of_the_metadata_is_the_key_of_the_line(String json, String key) {
    assertThat(request(json).key().json()).isEqualTo(key);
  }

  @Test
  void the_metadata_come_back_with_the_answer() {
    assertThat(
            wire("{\"request\":{\"contents\":\"hi\"},\"metadata\":{\"key\":\"k\",\"page\":3}}")
                .path("metadata"))
        .isEqualTo(json("{\"key\":\"k\",\"page\":3}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"request":{"contents":[C]},"config":{"temperature":0}} | {"contents":[C],"generationConfig":{"temperature":0}}
          {"config":{"temperature":0.10},"request":{"contents":[C],"generationConfig":{"topK":1}}} | {"contents":[C],"generationConfig":{"topK":1,"temperature":0.10}}
          {"request":{"contents":[C],"generation_config":{}},"config":{"max_output_tokens":5,"thinking_config":{"thinking_budget":0}}} | {"contents":[C],"generationConfig":{"maxOutputTokens":5,"thinkingConfig":{"thinking_budget":0}}}
          {"contents":[C],"config":{"system_instruction":"Be brief","tools":[{"googleSearch":{}}],"toolConfig":{},"safety_settings":[],"cachedContent":"c","serviceTier":"flex"}} | {"contents":[C],"systemInstruction":{"parts":[{"text":"Be brief"}]},"tools":[{"googleSearch":{}}],"toolConfig":{},"safetySettings":[],"cachedContent":"c","serviceTier":"flex"}
          {"contents":[C],"generationConfig":{"topP":1},"systemInstruction":{"parts":[]},"model":"m"} | {"contents":[C],"generationConfig":{"topP":1},"systemInstruction":{"parts":[]}}
          {"request":{"contents":[C],"config":{"seed":1}}} | {"contents":[C],"generationConfig":{"seed":1}}
          {"custom_id":"c","body":{"contents":[C]},"config":{"seed":1}} | {"contents":[C],"generationConfig":{"seed":1}}
          {"contents":[C],"config":{"temperature":null,"labels":null,"http_options":null,"tools":null}} | {"contents":[C]}
          {"request":{"contents":[C]},"config":null} | {"contents":[C]}
          {"request":{"contents":[C],"generationConfig":{"temperature":0.0}},"config":{"temperature":0}} | {"contents":[C],"generationConfig":{"temperature":0.0}}
          {"request":{"contents":[C],"generationConfig":null,"tools":null},"config":{"topK":2,"tools":[]}} | {"contents":[C],"generationConfig":{"topK":2},"tools":[]}
          {"contents":[C],"config":{"speechConfig":"Kore"}} | {"contents":[C],"generationConfig":{"speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}}}}}
          {"contents":[C],"config":{"systemInstruction":["a",{"text":"b"}]}} | {"contents":[C],"systemInstruction":{"parts":[{"text":"a"},{"text":"b"}]}}
          {"contents":[C],"config":{"systemInstruction":{"text":"a"}}} | {"contents":[C],"systemInstruction":{"parts":[{"text":"a"}]}}
          {"contents":[C],"config":{"systemInstruction":{"role":"user","parts":{"text":"a"}}}} | {"contents":[C],"systemInstruction":{"role":"user","parts":[{"text":"a"}]}}
          {"key":"k","contents":"a"} | {"contents":[C]}
          {"key":"k","contents":["a"]} | {"contents":[C]}
          """)
  void a_config_goes_where_the_service_has_its_fields(String line, String expected) {
    String turn = "{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]}";

    assertThat(wire(line.replace("[C]", "[" + turn + "]")).path("request"))
        .isEqualTo(json(expected.replace("[C]", "[" + turn + "]")));
  }

  @Test
  void an_answer_is_held_against_the_schema_of_a_config() {
    BatchRequest request =
        request(
            "{\"contents\":\"a\",\"config\":{\"response_mime_type\":\"application/json\","
                + "\"response_schema\":{\"type\":\"ARRAY\"},\"maxOutputTokens\":9}}");

    assertThat(request.answerFormat())
        .isEqualTo(
            new AnswerFormat(
                "application/json", Optional.of("{\"type\":\"ARRAY\"}"), Optional.empty(), 9));
  }

  @Test
  void a_default_does_not_replace_what_a_config_says() {
    reader =
        new RequestReader(
            Integer.MAX_VALUE,
            RequestDefaults.of(Optional.of("{\"temperature\":1,\"topK\":3}"), Optional.of("D")));

    assertThat(
            wire("{\"contents\":\"a\",\"config\":{\"temperature\":0,\"systemInstruction\":\"I\"}}")
                .path("request"))
        .isEqualTo(
            json(
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]}],"
                    + "\"generationConfig\":{\"temperature\":0,\"topK\":3},"
                    + "\"systemInstruction\":{\"parts\":[{\"text\":\"I\"}]}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"request":{"contents":"a","generationConfig":{"temperature":1}},"config":{"temperature":0}} | two-settings | config.temperature and request.generationConfig.temperature differ
          {"contents":"a","tools":[{}],"config":{"tools":[]}} | two-settings | config.tools and tools differ
          {"contents":"a","temperature":1,"config":{"temperature":0}} | misplaced-field | move it into config
          {"request":{"contents":"a"},"config":{"temprature":0}} | bad-config | did you mean temperature?
          {"request":{"contents":"a"},"config":{"routingConfig":{}}} | bad-config | config.routingConfig works with Vertex AI only
          {"request":{"contents":"a"},"config":{"http_options":{"extra_body":{"x":1}}}} | bad-config | config.http_options.extra_body
          {"request":{"contents":"a","config":[1]}} | bad-config | config is not a JSON object
          {"request":{"contents":"a"},"config":"low"} | bad-config | config is not a JSON object
          {"request":{"contents":"a","config":{}},"config":{}} | repeated-field | config is there twice
          {"request":{"contents":"a"},"config":{"topK":1,"top_k":2}} | repeated-field | config.top_k is there twice
          {"key":"a","model":"gemini-a","request":{"model":"models/gemini-b","contents":"a"}} | two-models | model names the model gemini-a and request.model names gemini-b
          {"custom_id":"a","model":"gemini-a","url":"/v1beta/models/gemini-b:generateContent","body":{"contents":"a"}} | two-models | url names the model gemini-b and model names gemini-a
          {"key":"a","model":7,"request":{"contents":"a"}} | bad-model | model is not a string
          {"key":"a","request":{"contents":"a"},"metadata":{"key":"b"}} | two-keys | key is "a" and metadata.key is "b"
          {"custom_id":"a","body":{"contents":"a"},"metadata":{"key":"b"}} | two-keys | custom_id is "a" and metadata.key is "b"
          {"request":{"contents":"a"},"metadata":{"key":[]}} | bad-key | metadata.key is neither
          {"key":"a","request":{"contents":"a"},"temperature":0} | misplaced-field | temperature stands beside "request"
          {"key":"a","contents":"a","response_schema":{}} | misplaced-field | response_schema stands beside "contents"
          {"key":"a","contents":[7]} | bad-contents | contents[0] is neither
          {"key":"a","request":{"contents":"a","max_output_tokens":9}} | misplaced-field | move it into request.generationConfig
          {"config":{"temperature":0}} | no-request | no "request"
          {"contents":[{"role":"system","parts":[{"text":"a"}]}]} | bad-role | systemInstruction
          {"contents":"a","config":{"systemInstruction":"[[FILE:a]]"}} | tag-in-system-instruction | systemInstruction
          """)
  void what_would_change_what_is_paid_for_is_never_dropped(
      String json, String code, String message) {
    LineProblem problem = problem(json);

    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.message()).contains(message);
  }

  @Test
  void what_steers_only_the_sdk_is_named_and_not_sent() {
    BatchRequest request =
        request(
            "{\"contents\":\"a\",\"config\":{\"httpOptions\":{\"timeout\":3},"
                + "\"automatic_function_calling\":{\"disable\":true}}}");

    assertThat(request.shape().ignored())
        .containsExactly("config.httpOptions", "config.automatic_function_calling");
    assertThat(wire(request).toString()).doesNotContain("timeout", "automatic");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-x","messages":[]}} | foreign-line | OpenAI
          {"custom_id":"a","url":"/v1/responses","body":{"input":"x"}} | foreign-line | OpenAI
          {"custom_id":"a","params":{"model":"claude-x","max_tokens":9,"messages":[]}} | foreign-line | Anthropic
          {"messages":[{"role":"user","content":"x"}]} | foreign-line | messages
          {"recordId":"a","modelInput":{"prompt":"x"}} | foreign-line | Bedrock
          {"instances":[{"prompt":"x"}]} | foreign-line | Vertex AI
          {"requests":[{"contents":"a"}]} | foreign-line | whole batch
          {"key":"a","request":{"requests":[{"contents":"a"}]}} | foreign-line | whole batch
          {"batch":{"displayName":"x","inputConfig":{"requests":{}}}} | foreign-line | whole batch
          {"key":"a","response":{"candidates":[]}} | foreign-line | is an answer
          {"key":"a","request":{"content":{"parts":[{"text":"x"}]},"output_dimensionality":3}} | embedding | not supported yet
          {"key":"a","request":{"content":{"parts":[{"text":"x"}]}}} | embedding | not supported yet
          {"key":"a","url":"/v1beta/models/m:batchEmbedContents","body":{"requests":[]}} | embedding | not supported yet
          {"key":"a","url":"/v1beta/models/m:asyncBatchEmbedContent","request":{"contents":"x"}} | embedding | not supported yet
          {"key":"a","request":{"contents":"x","taskType":"RETRIEVAL_QUERY"}} | embedding | not supported yet
          {"contents":"x","config":{"outputDimensionality":3}} | embedding | not supported yet
          {"model":"models/gemini-embedding-001","contents":"x"} | embedding | not supported yet
          """)
  void a_line_of_another_kind_is_named_as_what_it_is(String json, String code, String message) {
    LineProblem problem = problem(json);

    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.message()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"parts":{"text":"a"}} | {"parts":[{"text":"a"}]}
          {"parts":"a"} | {"parts":[{"text":"a"}]}
          {"parts":"[[FILE:f]]"} | {"parts":[F]}
          {"parts":{"text":"a[[FILE:f]]"}} | {"parts":[{"text":"a"},F]}
          {"role":"assistant","parts":[{"text":"a"}]} | {"role":"model","parts":[{"text":"a"}]}
          {"role":"USER","parts":[{"text":"a"}]} | {"role":"user","parts":[{"text":"a"}]}
          {"role":"function","parts":[{"text":"a"}]} | {"role":"function","parts":[{"text":"a"}]}
          {"parts":[{"fileData":{"fileUri":"[[FILE:f]]","mimeType":"image/jpeg"}}]} | {"parts":[F]}
          {"parts":[{"file_data":{"mime_type":"video/mp4","file_uri":"[[FILE:f]]"},"video_metadata":{"fps":1}}]} | {"parts":[{"fileData":{"mimeType":"image/png","fileUri":"uri:f"},"video_metadata":{"fps":1}}]}
          {"parts":[{"inlineData":{"mimeType":"image/png","data":"[[FILE:f]]"}},{"text":"a"}]} | {"parts":[F,{"text":"a"}]}
          {"parts":{"inline_data":{"data":"[[FILE:f]]"}}} | {"parts":[F]}
          {"parts":[{"text":"","inlineData":{"data":"[[FILE:f]]"}}]} | {"parts":[{"text":"","fileData":{"mimeType":"image/png","fileUri":"uri:f"}}]}
          {"parts":[{"fileData":{"fileUri":" [[FILE:f]] "}}]} | {"parts":[F]}
          {"parts":[{"file_data":"[[FILE:f]]"}]} | {"parts":[F]}
          {"parts":[{"fileData":{"fileUri":"gs://a/b"}},"[[FILE:f]]"]} | {"parts":[{"fileData":{"fileUri":"gs://a/b"}},F]}
          """)
  void a_turn_is_understood_as_the_sdks_write_it(String turn, String expected) {
    String file = "{\"fileData\":{\"mimeType\":\"image/png\",\"fileUri\":\"uri:f\"}}";

    assertThat(
            wire("{\"key\":\"k\",\"request\":{\"contents\":[" + turn + "]}}")
                .at("/request/contents/0"))
        .isEqualTo(
            json(
                expected
                    .replace("[F]", "[" + file + "]")
                    .replace("F,", file + ",")
                    .replace(",F", "," + file)));
  }

  @Test
  void a_bare_part_may_have_its_tag_in_its_file() {
    assertThat(
            wire("{\"key\":\"k\",\"contents\":[{\"fileData\":{\"fileUri\":\"[[FILE:f]]\"}},\"a\"]}")
                .at("/request/contents"))
        .isEqualTo(
            json(
                "[{\"role\":\"user\",\"parts\":[{\"fileData\":{\"mimeType\":\"image/png\","
                    + "\"fileUri\":\"uri:f\"}},{\"text\":\"a\"}]}]"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"fileData":{"fileUri":"https://x/[[FILE:f]]"}} | bad-tag
          {"inlineData":{"data":"data:image/png;base64,[[FILE:f]]"}} | bad-tag
          {"fileData":{"fileUri":"[[FILE:f"}} | bad-tag
          {"text":"[[FILE:g]]","fileData":{"fileUri":"[[FILE:f]]"}} | bad-parts
          """)
  void a_tag_that_cannot_stand_for_a_file_is_reported(String part, String code) {
    assertThat(problem("{\"contents\":[{\"parts\":[" + part + "]}]}").code()).isEqualTo(code);
  }

  @Test
  void a_line_of_an_errors_file_may_hold_one() {
    JsonNode wire =
        wire(
            "{\"key\":\"line-7\",\"line\":7,\"stage\":\"collect\",\"code\":\"empty\","
                + "\"message\":\"m\",\"retryable\":true,\"request\":"
                + "{\"contents\":\"a\",\"config\":{\"seed\":1},\"model\":\"gemini-x\"}}");

    assertThat(wire.path("key").asText()).isEqualTo("line-7");
    assertThat(wire.at("/request/generationConfig/seed").asInt()).isEqualTo(1);
  }

  @Test
  void the_bytes_of_a_request_stay_as_they_were_written() {
    String contents = "[{\"role\":\"user\",\"parts\":[{\"text\":\"\\u05d0\\/ \\ud800\"}]}]";

    WrittenLines wire = new WrittenLines();
    write(
        request("{\"contents\":" + contents + ",\"config\":{\"topP\":0.10},\"key\":\"k\"}"), wire);

    assertThat(wire.toString())
        .isEqualTo(
            "{\"key\":\"k\",\"request\":{\"contents\":"
                + contents
                + ",\"generationConfig\":{\"topP\":0.10}}}\n");
  }

  private JsonNode wire(String line) {
    return wire(request(line));
  }

  private static JsonNode wire(BatchRequest request) {
    WrittenLines wire = new WrittenLines();
    write(request, wire);
    return json(wire.toString());
  }

  private static void write(BatchRequest request, WireLine.Pieces wire) {
    try {
      WireLine.write(
          request,
          request.key().wireJson(),
          tag -> new FileReference("uri:" + tag.path(), "image/png"),
          wire);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BatchRequest request(String json) {
    CheckedLine checked = read(json);
    assertThat(checked).isInstanceOf(BatchRequest.class);
    return (BatchRequest) checked;
  }

  private LineProblem problem(String json) {
    CheckedLine checked = read(json);
    assertThat(checked).isInstanceOf(RejectedLine.class);
    return ((RejectedLine) checked).problem();
  }

  private CheckedLine read(String json) {
    byte[] bytes = json.getBytes(UTF_8);
    return reader.read(new Line(1, 0, bytes, bytes.length));
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
