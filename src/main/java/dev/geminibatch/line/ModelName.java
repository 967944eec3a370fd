package dev.geminibatch.line;

import java.util.regex.Pattern;

/**
 * The name of a model as it stands in a URL.
 *
 * @param value the short name: {@code gemini-x}, or {@code tunedModels/y}
 */
public record ModelName(String value) {
  private static final String PREFIX = "models/";
  private static final String TUNED = "tunedModels/";
  private static final Pattern FORM =
      Pattern.compile("(?:" + TUNED + ")?[A-Za-z0-9][\\w.-]{0,150}");

  /**
   * @throws IllegalArgumentException when it is not a model's name
   */
  public ModelName {
    if (!isName(value)) {
      throw new IllegalArgumentException("Not a model's name: " + value);
    }
  }

  /** Whether a short name is one of a model: an id that leads nowhere else in a URL. */
  public static boolean isName(String shortName) {
    return FORM.matcher(shortName).matches();
  }

  /** {@code gemini-x} for both {@code gemini-x} and {@code models/gemini-x}. */
  public static String shortName(String name) {
    String trimmed = name.strip();
    return trimmed.startsWith(PREFIX) ? trimmed.substring(PREFIX.length()) : trimmed;
  }

  /** What it is one of: {@code models}, {@code tunedModels}. */
  public String collection() {
    String prefix = value.startsWith(TUNED) ? TUNED : PREFIX;
    return prefix.substring(0, prefix.length() - 1);
  }

  /** The name within its collection. */
  public String id() {
    return value.startsWith(TUNED) ? value.substring(TUNED.length()) : value;
  }
}
