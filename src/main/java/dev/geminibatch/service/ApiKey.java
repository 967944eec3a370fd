package dev.geminibatch.service;

import dev.geminibatch.io.Pasted;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.io.UsageException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The secret of a Gemini project.
 *
 * <p>Cleaned and checked, because an HTTP client that is given a line break in a header prints the
 * whole header in its complaint. Its text form never shows it.
 */
public final class ApiKey {
  /** A line that gives a variable or a setting the key, in a shell or in a file. */
  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "(?i)(?:export\\s+|set\\s+|\\$env:)?"
              + "(?:GEMINI_API_KEY|GOOGLE_API_KEY|API_KEY|gemini\\.api-key|x-goog-api-key)"
              + "\\s*[=:]\\s*(.*?);?");

  private static final Pattern PLACEHOLDER = Pattern.compile("^[$%]|[<>{}]");

  private final String secret;
  private final ProjectId project;

  private ApiKey(String secret) {
    this.secret = secret;
    this.project = new ProjectId(Sha256.hex("gemini-batch:" + secret).substring(0, 16));
  }

  /**
   * Takes a key as it was typed, pasted or read from a file: in quotes, with a byte order mark, or
   * as a whole assignment such as {@code export GEMINI_API_KEY=...}.
   *
   * @param source where it comes from, for messages
   * @throws UsageException when it is blank or holds what no key holds; it does not show the key
   */
  public static ApiKey of(String text, String source) {
    String key = Pasted.clean(unassigned(text));
    if (key.isEmpty()) {
      throw new UsageException("The API key from " + source + " is empty.");
    }
    if (Pasted.isQuote(key.charAt(0)) || Pasted.isQuote(key.charAt(key.length() - 1))) {
      throw new UsageException(
          "The API key from "
              + source
              + " has a quote on one side only. Write the key alone, without quotes.");
    }
    if (PLACEHOLDER.matcher(key).find()) {
      throw new UsageException(
          "The API key from "
              + source
              + " is a placeholder, such as ${NAME} or <key>, that nobody has replaced. Write the key"
              + " itself.");
    }
    if (!key.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new UsageException(
          "The API key from "
              + source
              + " holds a space, a line break or a non-ASCII character. Copy the key alone.");
    }
    return new ApiKey(key);
  }

  /**
   * The value, where the text is lines of a shell or of a file of settings; else the text itself.
   * Comments and other variables may stand beside it.
   */
  private static String unassigned(String text) {
    List<String> lines =
        text.lines()
            .map(Pasted::clean)
            .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
            .toList();
    List<String> assigned =
        lines.stream()
            .map(ASSIGNMENT::matcher)
            .filter(Matcher::matches)
            .map(assignment -> assignment.group(1))
            .toList();
    if (!assigned.isEmpty()) {
      return assigned.get(0);
    }
    return lines.size() == 1 ? lines.get(0) : lines.isEmpty() ? "" : text;
  }

  /** The key itself, for the request header only. */
  public String reveal() {
    return secret;
  }

  /** Stands for the key's project, without keeping the key: the beginning of a hash of it. */
  public ProjectId project() {
    return project;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ApiKey key && key.secret.equals(secret);
  }

  @Override
  public int hashCode() {
    return Objects.hash(secret);
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
