package dev.geminibatch.line;

/**
 * The key of a request.
 *
 * @param text the key as a string, which is how the service knows it
 * @param json the key as it was written in the line (a number stays a number), for the results
 */
public record RequestKey(String text, String json) {

  /** The key of a line that brings none: {@code line-17}. */
  public static RequestKey ofLine(long number) {
    String text = "line-" + number;
    return new RequestKey(text, '"' + text + '"');
  }

  /** Whether it was written as a string. */
  public boolean isString() {
    return json.startsWith("\"");
  }

  /** The key as the service takes it, a JSON string. */
  public String wireJson() {
    return isString() ? json : '"' + json + '"';
  }
}
