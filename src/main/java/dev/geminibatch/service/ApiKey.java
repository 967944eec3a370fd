package dev.geminibatch.service;

import dev.geminibatch.io.Sha256;
import dev.geminibatch.io.UsageException;
import java.util.Objects;

/**
 * The secret of a Gemini project.
 *
 * <p>Trimmed and checked, because an HTTP client that is given a line break in a header prints the
 * whole header in its complaint. Its text form never shows it.
 */
public final class ApiKey {
  private final String secret;
  private final ProjectId project;

  private ApiKey(String secret) {
    this.secret = secret;
    this.project = new ProjectId(Sha256.hex("gemini-batch:" + secret).substring(0, 16));
  }

  /**
   * Takes a key as it was typed or read from a file.
   *
   * @throws UsageException when it is blank or holds what no key holds
   */
  public static ApiKey of(String text, String source) {
    String trimmed = text.strip();
    if (trimmed.isEmpty()) {
      throw new UsageException("The API key from " + source + " is empty.");
    }
    if (!trimmed.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new UsageException(
          "The API key from "
              + source
              + " holds a space, a line break or a non-ASCII character. Copy the key alone.");
    }
    return new ApiKey(trimmed);
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
