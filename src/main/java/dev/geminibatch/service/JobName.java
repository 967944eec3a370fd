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
   * What a person typed, {@code batches/x} or {@code x}.
   *
   * @throws UsageException when it is not a job's name
   */
  public static JobName typed(String text) {
    String id = text.strip().replaceFirst("^" + PREFIX, "");
    if (!id.matches("[A-Za-z0-9_-]+")) {
      throw new UsageException(
          "\"" + text + "\" is not a job's name; write batches/<id> as --list shows it.");
    }
    return new JobName(PREFIX + id);
  }

  /** Whether the service named a job at all. */
  public static boolean isName(String text) {
    return text.startsWith(PREFIX);
  }

  /** The name without its prefix, as it stands in file names. */
  public String id() {
    return isName(value) ? value.substring(PREFIX.length()) : value;
  }

  @Override
  public String toString() {
    return value;
  }
}
