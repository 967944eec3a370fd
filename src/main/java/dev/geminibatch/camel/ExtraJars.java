package dev.geminibatch.camel;

import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Further Camel components, and what they need, as jars in a folder. */
final class ExtraJars {
  private ExtraJars() {}

  /** What loads the classes of the jars; empty if there are none. */
  static Optional<URLClassLoader> on(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jar")).sorted().toList()) {
        jars.add(file.toUri().toURL());
      }
    } catch (IOException e) {
      throw new UsageException(
          "components.directory is " + folder + ", which cannot be read: " + e.getMessage());
    }
    return jars.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new URLClassLoader(
                "components", jars.toArray(URL[]::new), ExtraJars.class.getClassLoader()));
  }
}
