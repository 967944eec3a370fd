package dev.geminibatch.stage.receive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Knows since when groups of files have not changed, and no file has come or gone. */
final class RestingFiles {
  private final Clock clock;
  private final Map<Path, Rest> known = new HashMap<>();

  RestingFiles(Clock clock) {
    this.clock = clock;
  }

  private record Rest(String content, Instant since) {}

  /**
   * Whether a group has rested; then it is forgotten, because it is taken.
   *
   * @param group what it is known by
   */
  boolean isLongEnough(Path group, List<Path> files, Duration time) throws IOException {
    if (files.isEmpty()) {
      known.remove(group);
      return false;
    }
    String content;
    try {
      content = content(files);
    } catch (NoSuchFileException gone) {
      known.remove(group);
      return false;
    }
    Instant now = clock.instant();
    Rest rest = known.get(group);
    if (rest == null || !rest.content().equals(content)) {
      rest = new Rest(content, now);
      known.put(group, rest);
    }
    if (rest.since().plus(time).isAfter(now)) {
      return false;
    }
    known.remove(group);
    return true;
  }

  private static String content(List<Path> files) throws IOException {
    StringBuilder content = new StringBuilder();
    for (Path file : files) {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      content.append(file).append(attributes.size()).append(attributes.lastModifiedTime());
    }
    return content.toString();
  }
}
