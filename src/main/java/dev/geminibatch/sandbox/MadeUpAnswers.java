package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.FieldNames;
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

  /** The service's own limit. */
  private static final int MOST_CANDIDATES = 8;

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
    JsonNode whole = MAPPER.readTree(line.bytes());
    JsonNode request = whole.path("request");
    ObjectNode answer = echo(whole);
    ObjectNode facts = JsonNodeFactory.instance.objectNode();
    facts.put("madeUpBy", "sandbox");
    JsonNode key = whole.path(whole.has("key") ? "key" : "metadata");
    if (!key.isMissingNode()) {
      facts.set("key", whole.has("key") || !key.has("key") ? key : key.path("key"));
    }
    try {
      facts.set("files", filesOf(request));
    } catch (ApiError e) {
      return withError(answer, 7, e.getMessage());
    }
    byte[] bytes = RequestBytes.of(line.bytes());
    facts.put("requestSha256", Sha256.hex(bytes));

    String text = ownText == null ? text(request, facts) : ownText;
    ObjectNode response = answer.putObject("response");
    ArrayNode candidates = response.putArray("candidates");
    long count = FieldNames.either(config(request), "candidateCount").asLong(1);
    for (int i = 0; i < Math.max(1, Math.min(count, MOST_CANDIDATES)); i++) {
      ObjectNode candidate = candidates.addObject();
      ObjectNode content = candidate.putObject("content");
      content.putArray("parts").addObject().put("text", text);
      content.put("role", "model");
      candidate.put("finishReason", "STOP");
      candidate.put("index", i);
    }
    long promptTokens = PromptTokens.of(bytes);
    long answerTokens = candidates.size() * (text.length() / 4L);
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
        String uri = FieldNames.either(FieldNames.either(part, "fileData"), "fileUri").asText("");
        if (!uri.isEmpty()) {
          StoredFile file = files.get(project, uri.replaceFirst("^.*files/", ""));
          found.addObject().put("sha256", file.sha256()).put("mimeType", file.mimeType());
        }
      }
    }
    return found;
  }

  private static JsonNode config(JsonNode request) {
    return FieldNames.either(request, "generationConfig");
  }

  private static String text(JsonNode request, ObjectNode facts) {
    JsonNode config = config(request);
    for (String name : new String[] {"responseSchema", "responseJsonSchema"}) {
      JsonNode schema = FieldNames.either(config, name);
      if (schema.isObject()) {
        JsonNode sample = SchemaSample.of(schema, "sandbox: " + facts);
        boolean bare =
            FieldNames.either(config, "responseMimeType").asText("").equals("text/x.enum");
        return bare ? sample.asText() : sample.toString();
      }
    }
    return facts.toString();
  }
}
