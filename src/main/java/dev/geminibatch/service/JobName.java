package dev.geminibatch.service;

import dev.geminibatch.io.UsageException;

/**
 * The name of a batch job with the service, {@code batches/ID}.
 *
 * @param value with its prefix
 */
public record JobName(String value) {
  private static final String PREFIX = "batches/";

  /**
   * @throws IllegalArgumentException when it is not a job's name
   */
  public JobName {
    if (!isName(value)) {
      throw new IllegalArgumentException("Not a job's name: " + value);
    }
  }

  /**
   * What a person typed, {@code batches/x} or {@code x}.
   *
   * @throws UsageException when it is not a job's name
   */
  public static JobName typed(String text) {
    String stripped = text.strip();
    String name = stripped.startsWith(PREFIX) ? stripped : PREFIX + stripped;
    if (!isName(name)) {
      throw new UsageException(
          "\"" + text + "\" is not a job's name; write batches/<id> as --list shows it.");
    }
    return new JobName(name);
  }

  /** Whether it is a job's name: one id after the prefix, which leads nowhere else. */
  public static boolean isName(String text) {
    return ResourceId.follows(PREFIX, text);
  }

  /** The name without its prefix, as it stands in URLs and file names. */
  public String id() {
    return value.substring(PREFIX.length());
  }

  @Override
  public String toString() {
    return value;
  }
}
