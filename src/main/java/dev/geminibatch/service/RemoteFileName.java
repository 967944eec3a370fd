package dev.geminibatch.service;

/**
 * The name of a file with the service, {@code files/ID}.
 *
 * @param value with its prefix
 */
public record RemoteFileName(String value) {
  private static final String PREFIX = "files/";

  /**
   * @throws IllegalArgumentException when it is not a file's name
   */
  public RemoteFileName {
    if (!isName(value)) {
      throw new IllegalArgumentException("Not a file's name: " + value);
    }
  }

  /** Whether it is a file's name: one id after the prefix, which leads nowhere else. */
  public static boolean isName(String text) {
    return ResourceId.follows(PREFIX, text);
  }

  /** The name without its prefix. */
  public String id() {
    return value.substring(PREFIX.length());
  }

  @Override
  public String toString() {
    return value;
  }
}
