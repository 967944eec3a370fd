package dev.geminibatch.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * The program as the archive holds it, in a folder that its user cannot write to, and a working
 * directory of that user. Tests that run as root run it as somebody else.
 */
final class Installation {
  /** A user without rights, whatever its name is. */
  private static final int NOBODY = 65_534;

  private static final Set<String> NEEDED = Set.of("PATH", "JAVA_HOME");

  private final Path scratch;
  private final Path program;
  private final Path work;
  private final boolean isRoot;
  private final Map<String, String> environment = new HashMap<>();

  static {
    // Longer than anything takes on a machine that is busy: tests run beside others.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  private Installation(Path scratch) throws IOException {
    this.scratch = scratch;
    this.program = Files.createDirectories(scratch.resolve("opt/gemini-batch"));
    this.work = Files.createDirectories(scratch.resolve("batches"));
    this.isRoot = Files.getAttribute(scratch, "unix:uid").equals(0);
    environment.put("JAVA_HOME", System.getProperty("java.home"));
  }

  /** Installs what the build has made. */
  static Installation in(Path scratch) throws IOException {
    Installation installation = new Installation(scratch);
    installation.copy(Path.of("target/gemini-batch.jar"), "gemini-batch.jar");
    for (String folder : List.of("lib", "routes", "config")) {
      installation.copyTree(folder.equals("lib") ? Path.of("target/lib") : Path.of(folder), folder);
    }
    installation.copy(Path.of("src/dist/bin/gemini-batch"), "bin/gemini-batch");
    installation.close();
    return installation;
  }

  Path program() {
    return program;
  }

  Path work() {
    return work;
  }

  Installation with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  private void copyTree(Path from, String to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith("local.properties")) {
          copy(file, to + "/" + from.relativize(file));
        }
      }
    }
  }

  private void copy(Path from, String to) throws IOException {
    Path target = program.resolve(to);
    Files.createDirectories(target.getParent());
    Files.copy(from, target);
  }

  /** Takes away what the user of the program must not need. */
  private void close() throws IOException {
    for (Path folder : List.of(scratch, scratch.resolve("opt"))) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }
    for (String file : files()) {
      Path path = program.resolve(file);
      boolean isEntered = Files.isDirectory(path) || file.startsWith("bin/");
      Files.setPosixFilePermissions(
          path, PosixFilePermissions.fromString(isEntered ? "r-xr-xr-x" : "r--r--r--"));
    }
    own(work);
  }

  /** Gives a file to the user of the program. */
  Path own(Path file) throws IOException {
    if (isRoot) {
      Files.setAttribute(file, "unix:uid", NOBODY);
    }
    return file;
  }

  /** Lets whoever runs the tests delete all of it. */
  void open() throws IOException {
    for (String file : files()) {
      if (Files.isDirectory(program.resolve(file))) {
        Files.setPosixFilePermissions(
            program.resolve(file), PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }

  /** All that is in the folder of the program. */
  List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(program)) {
      return files.map(file -> program.relativize(file).toString()).sorted().toList();
    }
  }

  RealJar.Result run(String... arguments) throws Exception {
    return start(arguments).result();
  }

  /** Starts it by its script in the working directory. */
  RealJar.Running start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (isRoot) {
      command.addAll(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
    }
    command.add(program + "/bin/gemini-batch");
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(scratch, "out-", ".txt");
    Path err = Files.createTempFile(scratch, "err-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().retainAll(NEEDED);
    builder.environment().putAll(environment);
    return new RealJar.Running(builder.start(), out, err);
  }

  /** The arguments of a process, as everybody sees them. */
  static String commandLine(RealJar.Running running) throws IOException {
    String line = Files.readString(Path.of("/proc/" + running.process().pid() + "/cmdline"));
    assertThat(line).contains("gemini-batch");
    return line.replace('\0', ' ');
  }
}
