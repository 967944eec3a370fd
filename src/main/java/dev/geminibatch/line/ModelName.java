package dev.geminibatch.line;

/** Model names, with and without their resource prefix. */
public final class ModelName {
  private static final String PREFIX = "models/";

  private ModelName() {}

  /** {@code gemini-x} for both {@code gemini-x} and {@code models/gemini-x}. */
  public static String shortName(String name) {
    String trimmed = name.strip();
    return trimmed.startsWith(PREFIX) ? trimmed.substring(PREFIX.length()) : trimmed;
  }

  /** The name as it stands in a URL: {@code models/gemini-x}, {@code tunedModels/y}. */
  public static String resource(String shortName) {
    return shortName.startsWith("tunedModels/") ? shortName : PREFIX + shortName;
  }
}
