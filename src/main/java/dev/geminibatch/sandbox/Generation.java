package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.line.Line;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Answers at once: generateContent, as a whole or in a stream, and countTokens. */
final class Generation {
  private static final List<String> TIERS = List.of("standard", "flex", "priority");

  private final FileStore files;

  Generation(FileStore files) {
    this.files = files;
  }

  HttpAnswer count(Call call) throws IOException {
    Models.require(call.id(), "countTokens");
    byte[] body = call.bytes();
    JsonNode wrapped = FieldNames.either(Call.tree(body), "generateContentRequest");
    if (wrapped instanceof ObjectNode request) {
      request.remove("model");
      body = request.toString().getBytes(StandardCharsets.UTF_8);
    }
    long tokens = PromptTokens.of(body);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("totalTokens", tokens);
    answer
        .putArray("promptTokensDetails")
        .addObject()
        .put("modality", "TEXT")
        .put("tokenCount", tokens);
    return HttpAnswer.ok(answer);
  }

  HttpAnswer generate(Call call, String project, Fault fault) throws IOException {
    Models.require(call.id(), "generateContent");
    byte[] body = call.bytes();
    String tier = tier(FieldNames.either(Call.tree(body), "serviceTier").asText(""));
    Line line = asLine(body);
    String problem = InputCheck.of(line).problem();
    if (problem != null) {
      throw new ApiError(400, "* GenerateContentRequest.contents: contents is not specified");
    }
    MadeUpAnswers answers = new MadeUpAnswers("models/" + call.id(), files, project);
    ObjectNode answer = fault == null ? answers.answer(line) : answers.faulty(line, fault);
    if (answer.has("error")) {
      throw new ApiError(403, answer.at("/error/message").asText());
    }
    ObjectNode response = (ObjectNode) answer.path("response");
    ((ObjectNode) response.path("usageMetadata")).put("serviceTier", tier);
    return call.path().endsWith(":streamGenerateContent")
        ? stream(response, call.parameter("alt").equals("sse"))
        : HttpAnswer.ok(response);
  }

  /** A job's file would hold the same request so. */
  private static Line asLine(byte[] request) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(request.length + 16);
    line.writeBytes("{\"request\":".getBytes(StandardCharsets.US_ASCII));
    line.writeBytes(request.length == 0 ? new byte[] {'{', '}'} : request);
    line.write('}');
    return new Line(1, 0, line.toByteArray(), line.size());
  }

  private static String tier(String given) {
    String tier = given.toLowerCase(Locale.ROOT).replaceFirst("^service_tier_", "");
    if (tier.isEmpty() || tier.equals("unspecified")) {
      return TIERS.get(0);
    }
    if (!TIERS.contains(tier)) {
      throw new ApiError(400, "Invalid value at 'service_tier': \"" + given + "\"");
    }
    return tier;
  }

  /** Two pieces of the text, the second with the reason for its end and the counts. */
  private static HttpAnswer stream(ObjectNode response, boolean isEvents) {
    ObjectNode first = response.deepCopy();
    first.remove("usageMetadata");
    for (JsonNode candidate : first.path("candidates")) {
      ((ObjectNode) candidate).remove("finishReason");
    }
    halve(first, true);
    halve(response, false);
    if (!isEvents) {
      ArrayNode both = JsonNodeFactory.instance.arrayNode().add(first).add(response);
      return HttpAnswer.ok(both);
    }
    return HttpAnswer.text(
        200, "text/event-stream", "data: " + first + "\r\n\r\ndata: " + response + "\r\n\r\n");
  }

  private static void halve(ObjectNode response, boolean isFirst) {
    for (JsonNode candidate : response.path("candidates")) {
      if (candidate.at("/content/parts/0") instanceof ObjectNode part) {
        String text = part.path("text").asText();
        int middle = text.offsetByCodePoints(0, text.codePointCount(0, text.length()) / 2);
        part.put("text", isFirst ? text.substring(0, middle) : text.substring(middle));
      }
    }
  }
}
