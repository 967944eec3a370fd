package dev.geminibatch.stage.receive;

import java.nio.file.Path;

/** An input that rests in the inbox of a profile. */
public record Dropped(String profile, Path file) {
  /** Its name, for the log. */
  @Override
  public String toString() {
    return file.getFileName().toString();
  }
}
