package dev.geminibatch.media;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** What is found out about a file, opened for it alone. */
final class Windows {
  private Windows() {}

  static ContentType type(Path file) throws IOException {
    try (FileChannel open = FileChannel.open(file)) {
      return TypeDetector.of(new FileWindow(open));
    }
  }

  static String nameToSend(MediaRules rules, String tag, Path file)
      throws IOException, MediaProblem {
    ContentType type = type(file);
    try (FileChannel open = FileChannel.open(file)) {
      return rules.nameToSend(tag, new FileWindow(open), type);
    }
  }
}
