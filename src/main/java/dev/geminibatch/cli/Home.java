package dev.geminibatch.cli;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;

/**
 * The folder that holds {@code routes} and {@code config}, and that relative folders of the
 * configuration are relative to.
 */
record Home(Path path) {

  /** The working directory, or else where the program is installed. */
  static Home find() {
    Path here = Path.of("").toAbsolutePath();
    Path program = programFolder().orElse(here);
    for (Path folder : List.of(here, program, program.resolve("..").normalize())) {
      if (Files.isDirectory(folder.resolve("routes"))) {
        return new Home(folder);
      }
    }
    return new Home(here);
  }

  private static Optional<Path> programFolder() {
    try {
      CodeSource source = Home.class.getProtectionDomain().getCodeSource();
      return source == null || source.getLocation() == null
          ? Optional.empty()
          : Optional.ofNullable(Path.of(source.getLocation().toURI()).getParent());
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** The configuration files, the weakest first; not all need to exist. */
  List<Path> configFiles(Optional<Path> own) {
    Path config = path.resolve("config");
    return List.of(
        config.resolve("application.properties"),
        own.orElse(config.resolve("local.properties")).toAbsolutePath());
  }
}
