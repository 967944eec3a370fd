package dev.geminibatch.line;

import dev.geminibatch.io.FieldNames;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The names of fields and where a request has them, in camel case. The service and the SDKs take
 * {@code snake_case} as well.
 */
final class RequestFields {
  /** Fields of a {@code GenerateContentRequest} that mean nothing else at the top of a line. */
  static final Set<String> OF_A_REQUEST_ONLY =
      Set.of(
          "contents",
          "generationConfig",
          "systemInstruction",
          "safetySettings",
          "tools",
          "toolConfig",
          "cachedContent",
          "serviceTier");

  /** All fields of a {@code GenerateContentRequest}. */
  static final Set<String> OF_A_REQUEST =
      union(OF_A_REQUEST_ONLY, Set.of("labels", "store", "continuationToken"));

  /** Fields of a {@code GenerationConfig}. */
  static final Set<String> OF_A_GENERATION =
      Set.of(
          "temperature",
          "topP",
          "topK",
          "candidateCount",
          "maxOutputTokens",
          "stopSequences",
          "responseLogprobs",
          "logprobs",
          "presencePenalty",
          "frequencyPenalty",
          "seed",
          "responseMimeType",
          "responseSchema",
          "responseJsonSchema",
          "responseModalities",
          "responseFormat",
          "mediaResolution",
          "speechConfig",
          "thinkingConfig",
          "imageConfig",
          "translationConfig",
          "audioTranscriptionConfig",
          "enableAffectiveDialog",
          "enableEnhancedCivicAnswers");

  /** Fields of an SDK's {@code config} that steer the SDK and never reach the service. */
  static final Set<String> OF_AN_SDK =
      Set.of("httpOptions", "abortSignal", "automaticFunctionCalling", "shouldReturnHttpResponse");

  /** Fields of an SDK's {@code config} that the SDKs refuse to send to this service. */
  static final Set<String> OF_VERTEX_AI =
      Set.of(
          "routingConfig",
          "modelSelectionConfig",
          "audioTimestamp",
          "modelArmorConfig",
          "generationOutputConfig");

  /** Fields of a request for an embedding. */
  static final Set<String> OF_AN_EMBEDDING =
      Set.of("content", "outputDimensionality", "taskType", "embedContentConfig");

  private RequestFields() {}

  private static Set<String> union(Set<String> some, Set<String> others) {
    Set<String> all = new LinkedHashSet<>(some);
    all.addAll(others);
    return Collections.unmodifiableSet(all);
  }

  /** What may stand in {@code config}, for a suggestion. */
  static Set<String> ofAConfig() {
    Set<String> names = new LinkedHashSet<>(OF_A_GENERATION);
    names.addAll(OF_A_REQUEST);
    names.remove("contents");
    names.remove("generationConfig");
    return names;
  }

  /** Whether the service would ignore the field without a word if it stood beside the request. */
  static boolean isMisplaced(String name) {
    String camel = FieldNames.camel(name);
    return OF_A_REQUEST_ONLY.contains(camel) || OF_A_GENERATION.contains(camel);
  }
}
