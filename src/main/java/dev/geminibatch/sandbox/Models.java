package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The models that there are. A made-up name is a model as well, so that anything can be tried,
 * unless it looks like one of the service's that is retired or was never there.
 */
final class Models {
  private static final Pattern RETIRED =
      Pattern.compile(
          "gemini-(1\\.\\d|pro|ultra)($|-.*)|gemini-exp-.*|gemini-2\\.0-.*-exp(-.*)?"
              + "|(text|chat)-bison.*|embedding-001|aqa");

  /** Families with a version number must be of a version that exists. */
  private static final Pattern VERSION = Pattern.compile("gemini-(\\d+(?:\\.\\d+)?)(?:$|-.*)");

  private static final List<String> VERSIONS =
      List.of("2.0", "2.5", "3", "3.0", "3.1", "3.5", "3.6", "3.8");

  /** How people call a model that is not there. */
  private static final Pattern NOT_THERE =
      Pattern.compile(
          ".*(not-exist|not-found|nonexist|non-exist|no-such|unknown|missing|invalid|bogus|imaginary"
              + "|nope|retired).*");

  private static final List<String> LISTED =
      List.of(
          "gemini-2.0-flash",
          "gemini-2.0-flash-lite",
          "gemini-2.5-flash",
          "gemini-2.5-flash-lite",
          "gemini-2.5-flash-preview-tts",
          "gemini-2.5-pro",
          "gemini-2.5-pro-preview-tts",
          "gemini-3-flash-preview",
          "gemini-3-pro-image",
          "gemini-3.1-flash-image",
          "gemini-3.1-flash-lite",
          "gemini-3.1-flash-lite-image",
          "gemini-3.1-pro-preview",
          "gemini-3.5-flash",
          "gemini-3.5-flash-lite",
          "gemini-3.6-flash",
          "gemini-3.8-flash");

  private Models() {}

  static List<ObjectNode> all() {
    return LISTED.stream().map(Models::json).toList();
  }

  static ObjectNode get(String name) {
    require(name, "generateContent");
    return json(name);
  }

  /**
   * Refuses a model that there is not, or no longer.
   *
   * @param method that was asked of it
   */
  static void require(String name, String method) {
    if (RETIRED.matcher(name).matches()) {
      throw new ApiError(
          404,
          "This model models/"
              + name
              + " is no longer available to new users. Please update your code to use a newer model"
              + " for the latest features and improvements.");
    }
    var version = VERSION.matcher(name);
    boolean isOfNoVersion = version.matches() && !VERSIONS.contains(version.group(1));
    if (isOfNoVersion || NOT_THERE.matcher(name).matches()) {
      throw new ApiError(
          404,
          "models/"
              + name
              + " is not found for API version v1beta, or is not supported for "
              + method
              + ". Call ListModels to see the list of available models and their supported"
              + " methods.");
    }
  }

  private static ObjectNode json(String name) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", "models/" + name);
    json.put("version", "001");
    json.put("displayName", "Sandbox stand-in for " + name);
    json.put("description", "Gives answers that are made up and say so.");
    json.put("inputTokenLimit", 1_048_576);
    json.put("outputTokenLimit", 65_536);
    var methods = json.putArray("supportedGenerationMethods");
    Stream.of("generateContent", "countTokens", "batchGenerateContent").forEach(methods::add);
    json.put("temperature", 1);
    json.put("topP", 0.95);
    json.put("topK", 64);
    json.put("maxTemperature", 2);
    return json;
  }
}
