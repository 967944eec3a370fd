package dev.geminibatch.line;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The model that a line names, in its URL or in its request. */
final class LineModel {
  private static final Pattern MODEL_IN_URL =
      Pattern.compile("(?:^|/)((?:models|tunedModels)/[^/:?#]+):([A-Za-z]+)(?:[?#].*)?$");

  /** How Vertex AI calls the same models. */
  private static final Pattern OF_VERTEX_AI =
      Pattern.compile("^(?:projects/[^/]+/locations/[^/]+/)?publishers/google/models/");

  private LineModel() {}

  /**
   * The model's short name, or null if the line names none.
   *
   * @param url of the line, or null
   * @param isLegacy whether the URL belongs to the request, and is not there for its own sake
   * @param names the models that the line names elsewhere, by the fields where it does
   */
  static String of(String url, boolean isLegacy, Map<String, String> names) throws BadLine {
    String id = inUrl(url, isLegacy);
    String field = "url";
    for (Map.Entry<String, String> named : names.entrySet()) {
      String other = id(named.getValue(), named.getKey());
      if (id != null && !id.equals(other)) {
        throw new BadLine(
            ProblemCode.TWO_MODELS,
            field
                + " names the model "
                + id
                + " and "
                + named.getKey()
                + " names "
                + other
                + "; keep one of them");
      }
      id = other;
      field = named.getKey();
    }
    if (id != null && id.contains("embedding")) {
      throw ForeignLine.embedding(field + " names " + id);
    }
    return id;
  }

  private static String inUrl(String url, boolean isLegacy) throws BadLine {
    if (url == null || url.isBlank()) {
      return null;
    }
    Matcher matcher = MODEL_IN_URL.matcher(url.strip());
    if (!matcher.find()) {
      if (!isLegacy) {
        return null; // some address that a native line has for its own sake
      }
      throw new BadLine(
          ProblemCode.BAD_URL,
          "url \""
              + url
              + "\" names no Gemini model; write /v1beta/models/<model>:generateContent");
    }
    String method = matcher.group(2);
    if (method.toLowerCase(Locale.ROOT).contains("embed")) {
      throw ForeignLine.embedding("url asks for " + method);
    }
    if (!method.equals("generateContent") && !method.equals("batchGenerateContent")) {
      throw new BadLine(
          ProblemCode.BAD_URL,
          "url asks for " + method + "; batch jobs of this tool take only generateContent");
    }
    return id(matcher.group(1), "url");
  }

  private static String id(String name, String field) throws BadLine {
    String id = ModelName.shortName(OF_VERTEX_AI.matcher(name.strip()).replaceFirst("models/"));
    if (!ModelName.isName(id)) {
      throw new BadLine(
          ProblemCode.BAD_MODEL,
          field + " names \"" + name + "\", which is not a valid model name");
    }
    return id;
  }
}
