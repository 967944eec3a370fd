package dev.geminibatch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Starts the packaged program as a process, in a folder of its own. */
public final class RealJar {
  /** The key that it uses unless told otherwise. */
  public static final String KEY = "some-key";

  private static final Path JAR = Path.of("target/gemini-batch.jar").toAbsolutePath();

  static final Set<String> NEEDED_BY_JAVA =
      Set.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SystemRoot");

  static {
    // Longer than anything takes on a machine that is busy: tests run beside others.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private String memory = "-Xmx256m";

  /** Null: those for a quick start. */
  private List<String> options;

  private String umask;
  private Path javaHome = Path.of(System.getProperty("java.home"));

  /** Null: the jar itself is started. */
  private Path launcher;

  public RealJar(Path folder, URI service) {
    this.folder = folder;
    environment.put("GOOGLE_GEMINI_BASE_URL", service.toString());
    environment.put("GEMINI_API_KEY", KEY);
    environment.put("POLL_INTERVAL", "100ms");
    environment.put("INBOX_SETTLE_TIME", "50ms");
    environment.put("MANAGEMENT_ENABLED", "false"); // its port is one for all tests
    environment.put("JOB_PACK_WAIT", "0"); // each file has a job of its own, unless a test packs
    for (String name : List.of("inbox", "outbox", "archive", "failed", "state")) {
      environment.put(name.toUpperCase() + "_DIRECTORY", folder.resolve(name).toString());
    }
  }

  /** Sets a variable of the environment; null removes it. */
  public RealJar with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Sets how much memory Java takes for objects. */
  public RealJar memory(String option) {
    memory = option;
    return this;
  }

  /** Sets the options of Java, which by default are for a quick start. */
  public RealJar java(String... others) {
    options = List.of(others);
    return this;
  }

  /** Sets which Java runs it. */
  public RealJar javaHome(Path home) {
    javaHome = home;
    return this;
  }

  /** Starts an installed program by this script, which chooses the options of Java. */
  public RealJar launcher(Path script) {
    launcher = script;
    return this;
  }

  /** What others get of new files: none of it is taken away with {@code 000}. */
  public RealJar umask(String value) {
    umask = value;
    return this;
  }

  /** A finished command. */
  public record Result(int exit, String out, String err) {}

  /** A command that may still run. */
  public record Running(Process process, Path out, Path err) {

    public Result result() throws Exception {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ends by itself").isTrue();
      return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Waits until it has said something. */
    public Running says(String text) {
      await()
          .until(
              () -> Files.readString(err).contains(text) || Files.readString(out).contains(text));
      return this;
    }

    /** As the power going out. */
    public void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    /** Sends {@code STOP} or {@code CONT}; skips the test where processes know no signals. */
    public void signal(String name) throws Exception {
      assumeThat(Path.of("/bin/kill")).as("stops a process for a while").exists();
      new ProcessBuilder("/bin/kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    /** As Ctrl-C or a service manager would. */
    public Result stop() throws Exception {
      process.destroy();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).as("stops within 10 s").isTrue();
      return result();
    }
  }

  public Result run(String... arguments) throws Exception {
    return start(arguments).result();
  }

  public Running start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (umask != null) {
      command.addAll(List.of("/bin/sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"));
    }
    command.addAll(launcher == null ? javaWithJar() : List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out-", ".txt");
    Path err = Files.createTempFile(folder, "err-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().retainAll(NEEDED_BY_JAVA); // settings of whoever runs the tests
    environment.forEach(
        (name, value) -> {
          if (value != null) {
            builder.environment().put(name, value);
          } else {
            builder.environment().remove(name);
          }
        });
    return new Running(builder.start(), out, err);
  }

  private List<String> javaWithJar() {
    Path java = javaHome.resolve("bin").resolve("java");
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    if (options != null) {
      command.addAll(options);
    } else {
      command.addAll(List.of(memory, "-XX:TieredStopAtLevel=1"));
      command.addAll(SharedClasses.options(java, JAR));
    }
    command.addAll(List.of("-jar", JAR.toString()));
    return command;
  }
}
