package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.line.LargeJson;
import dev.geminibatch.line.Line;
import dev.geminibatch.sandbox.FileStore.StoredFile;
import java.io.IOException;

/**
 * Answers that no model gave. Each says what it was made from, in its text and in the field {@code
 * sandbox} of its response: the key, the files with their hashes, and a hash of the request's bytes
 * as they arrived.
 */
final class MadeUpAnswers {
  private static final ObjectMapper MAPPER = new ObjectMapper(LargeJson.FACTORY.copy());

  private final String model;
  private final FileStore files;
  private final String project;

  MadeUpAnswers(String model, FileStore files, String project) {
    this.model = model;
    this.files = files;
    this.project = project;
  }

  /** The answer to a line of a job's file. */
  ObjectNode answer(Line line) throws IOException {
    return answer(line, null);
  }

  /** An answer with something wrong. */
  ObjectNode faulty(Line line, Fault fault) throws IOException {
    return switch (fault.what()) {
      case ERROR ->
          error(line, fault.code(), fault.messageOr("The sandbox was asked to give this error."));
      case TEXT -> answer(line, fault.value() + fault.message().map(m -> " " + m).orElse(""));
      case BLOCKED -> {
        ObjectNode answer = answer(line);
        ObjectNode response = (ObjectNode) answer.path("response");
        response.remove("candidates");
        response.putObject("promptFeedback").put("blockReason", "PROHIBITED_CONTENT");
        yield answer;
      }
      case NO_CANDIDATE -> {
        ObjectNode answer = answer(line);
        ((ObjectNode) answer.path("response")).remove("candidates");
        yield answer;
      }
      case EMPTY_TEXT -> {
        ObjectNode answer = answer(line);
        candidate(answer).remove("content");
        yield answer;
      }
      case FINISH -> {
        String text = textOf(answer(line));
        ObjectNode answer = answer(line, text.substring(0, text.length() / 2));
        candidate(answer).put("finishReason", fault.value());
        yield answer;
      }
      default -> answer(line);
    };
  }

  /** An answer to a question that nobody asked. */
  ObjectNode stranger() {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("key", "nobody-asked");
    answer.putObject("response").putArray("candidates");
    return answer;
  }

  private static ObjectNode candidate(ObjectNode answer) {
    return (ObjectNode) answer.at("/response/candidates/0");
  }

  private static String textOf(ObjectNode answer) {
    return answer.at("/response/candidates/0/content/parts/0/text").asText();
  }

  private ObjectNode answer(Line line, String ownText) throws IOException {
    JsonNode request = MAPPER.readTree(line.bytes());
    ObjectNode answer = echo(request);
    ObjectNode facts = JsonNodeFactory.instance.objectNode();
    facts.put("madeUpBy", "sandbox");
    facts.set("key", request.path("key"));
    try {
      facts.set("files", filesOf(request.path("request")));
    } catch (ApiError e) {
      return withError(answer, 7, e.getMessage());
    }
    facts.put("requestSha256", Sha256.hex(RequestBytes.of(line.bytes())));

    String text = ownText == null ? text(request.path("request"), facts) : ownText;
    ObjectNode response = answer.putObject("response");
    ObjectNode candidate = response.putArray("candidates").addObject();
    ObjectNode content = candidate.putObject("content");
    content.putArray("parts").addObject().put("text", text);
    content.put("role", "model");
    candidate.put("finishReason", "STOP");
    candidate.put("index", 0);
    int promptTokens = line.bytes().length / 4;
    int answerTokens = text.length() / 4;
    response
        .putObject("usageMetadata")
        .put("promptTokenCount", promptTokens)
        .put("candidatesTokenCount", answerTokens)
        .put("totalTokenCount", promptTokens + answerTokens);
    response.put("modelVersion", model.replaceFirst("^models/", ""));
    response.put("responseId", "sandbox-" + facts.path("requestSha256").asText().substring(0, 16));
    response.set("sandbox", facts);
    return answer;
  }

  /** An error in place of an answer. */
  ObjectNode error(Line line, int code, String message) throws IOException {
    return withError(echo(MAPPER.readTree(line.bytes())), code, message);
  }

  private static ObjectNode withError(ObjectNode answer, int code, String message) {
    answer.putObject("error").put("code", code).put("message", message);
    return answer;
  }

  /** The service gives back every field of a line but the request. */
  private static ObjectNode echo(JsonNode line) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    line.properties()
        .forEach(
            field -> {
              if (!field.getKey().equals("request")) {
                answer.set(field.getKey(), field.getValue());
              }
            });
    return answer;
  }

  private ArrayNode filesOf(JsonNode request) {
    ArrayNode found = JsonNodeFactory.instance.arrayNode();
    for (JsonNode content : request.path("contents")) {
      for (JsonNode part : content.path("parts")) {
        JsonNode data = part.has("fileData") ? part.path("fileData") : part.path("file_data");
        String uri = data.path("fileUri").asText(data.path("file_uri").asText(""));
        if (!uri.isEmpty()) {
          StoredFile file = files.get(project, uri.replaceFirst("^.*files/", ""));
          found.addObject().put("sha256", file.sha256()).put("mimeType", file.mimeType());
        }
      }
    }
    return found;
  }

  private static String text(JsonNode request, ObjectNode facts) {
    JsonNode config =
        request.has("generationConfig")
            ? request.path("generationConfig")
            : request.path("generation_config");
    for (String name :
        new String[] {
          "responseSchema", "response_schema", "responseJsonSchema", "response_json_schema"
        }) {
      if (config.path(name).isObject()) {
        JsonNode sample = SchemaSample.of(config.path(name), "sandbox: " + facts);
        boolean bare = config.path("responseMimeType").asText("").equals("text/x.enum");
        return bare ? sample.asText() : sample.toString();
      }
    }
    return facts.toString();
  }
}
