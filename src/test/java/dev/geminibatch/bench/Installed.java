package dev.geminibatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The program as it is installed, with its launcher and with a class archive. */
final class Installed {
  static final String MEMORY = "-Xmx256m";

  private final Path program;
  private final Path javaHome;
  private final Profiles profiles;

  private Installed(Path program, Path javaHome, Profiles profiles) {
    this.program = program;
    this.javaHome = javaHome;
    this.profiles = profiles;
  }

  /**
   * Installs it and makes the class archive.
   *
   * @param javaHome the Java that runs it
   */
  static Installed in(Path folder, Path javaHome, Profiles profiles) throws Exception {
    Path program = folder.resolve("program");
    if (!Files.exists(program)) {
      copy(Path.of("src/dist/bin"), program.resolve("bin"));
      copy(Path.of("target/lib"), program.resolve("lib"));
      copy(Path.of("routes"), program.resolve("routes"));
      copy(Path.of("config"), program.resolve("config"));
      Files.copy(Path.of("target/gemini-batch.jar"), program.resolve("gemini-batch.jar"));
      assertThat(program.resolve("bin/gemini-batch").toFile().setExecutable(true)).isTrue();
    }
    Installed installed = new Installed(program, javaHome, profiles);
    RealJar.Result made =
        new RealJar(folder, URI.create("http://127.0.0.1:9"))
            .launcher(program.resolve("bin/gemini-batch"))
            .with("JAVA_HOME", javaHome.toString())
            .with("GEMINI_BATCH_CLASSES", installed.classes().toString())
            .run("--warm");
    assertThat(made.exit()).as(made.err()).isZero();
    return installed;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private Path classes() {
    return program.resolveSibling("classes");
  }

  /** As a user starts it. */
  RealJar launcher(String row, Path folder, URI service) throws IOException {
    List<String> options = new ArrayList<>(profiles.options(row));
    options.add(0, MEMORY);
    return new RealJar(folder, service)
        .launcher(program.resolve("bin/gemini-batch"))
        .with("JAVA_HOME", javaHome.toString())
        .with("JAVA_OPTS", String.join(" ", options))
        .with("GEMINI_BATCH_CLASSES", classes().toString());
  }

  /** By Java itself, without a class archive. */
  RealJar plainJava(String row, Path folder, URI service) throws IOException {
    List<String> options = new ArrayList<>(profiles.options(row));
    options.add(0, MEMORY);
    return new RealJar(folder, service).javaHome(javaHome).java(options.toArray(String[]::new));
  }
}
