package dev.geminibatch.cli;

import dev.geminibatch.settings.Places;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the program is, and where it works.
 *
 * <p>A folder that holds {@code routes} is both. A program that was installed from the archive,
 * with {@code bin/gemini-batch}, works in the working directory: its own folder may be read-only,
 * and the next version is unpacked beside it.
 */
record Home(Path work, Path program) {

  /** The working directory, or else where the program is installed. */
  static Home find() {
    return find(Path.of("").toAbsolutePath(), programFolder());
  }

  /**
   * The same.
   *
   * @param here the working directory
   * @param jar the folder of the jar, if the program is one
   */
  static Home find(Path here, Optional<Path> jar) {
    Path program = jar.orElse(here);
    for (Path folder : List.of(here, program, program.resolve("..").normalize())) {
      if (Files.isDirectory(folder.resolve("routes"))) {
        return new Home(isInstalled(folder) && !isInUse(folder) ? here : folder, folder);
      }
    }
    return new Home(here, here);
  }

  private static boolean isInstalled(Path folder) {
    return Files.exists(folder.resolve("bin").resolve("gemini-batch"));
  }

  /** Jobs that are paid for stand there: another ledger would pay for them again. */
  private static boolean isInUse(Path folder) {
    return Files.isWritable(folder.resolve("state").resolve("ledger.db"));
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

  Places places() {
    return new Places(work, program);
  }

  /** The configuration files, the weakest first; not all need to exist. */
  List<Path> configFiles(Optional<Path> own) {
    Set<Path> files = new LinkedHashSet<>();
    files.add(program.resolve("config").resolve("application.properties"));
    if (own.isPresent()) {
      files.add(own.get().toAbsolutePath());
    } else {
      files.add(program.resolve("config").resolve("local.properties"));
      files.add(work.resolve("config").resolve("local.properties"));
    }
    return List.copyOf(files);
  }
}
