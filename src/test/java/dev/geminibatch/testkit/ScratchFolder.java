package dev.geminibatch.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for one try of a property: it is gone when the try is over. */
public final class ScratchFolder implements AutoCloseable {
  private final Path path;

  public ScratchFolder() throws IOException {
    path = Files.createTempDirectory("gemini-batch-test-");
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(path)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }
}
