package dev.geminibatch.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official JavaScript client as its registry has it. It needs {@code node} and {@code npm}, and
 * a registry that npm can reach; without them it is skipped.
 */
@Tag("process")
class JavaScriptClientTest {
  private static final boolean IS_WINDOWS =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("win");

  /** With a registry that does not answer, the test is skipped after this time. */
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  /** The round itself must end, on a slow machine as well. */
  private static final Duration LONGEST_ROUND = Duration.ofMinutes(2);

  /** The newest versions that run on the node that is there. */
  private static final String FOR_NODE_22 = "3.1.0";

  private static final String FOR_NODE_20 = "2.32.0";

  @TempDir Path folder;

  @Test
  void the_official_javascript_client_does_its_whole_round() throws Exception {
    install("@google/genai@" + versionFor(major(requireNode())));
    Path script = folder.resolve("round.mjs");
    Files.copy(Path.of("src/test/resources/javascript/round.mjs"), script);
    Path work = Files.createDirectory(folder.resolve("work"));

    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      Ended round =
          run(
              LONGEST_ROUND,
              "node",
              script.toString(),
              sandbox.baseUrl().toString(),
              "some-key",
              work.toString());

      assertThat(round.exitCode()).as(round.output()).isZero();
      assertThat(round.output()).contains("The whole round is done.");
      assertThat(sandbox.counters().jobsCreated()).isEqualTo(3);
    }
  }

  private String requireNode() throws Exception {
    try {
      Ended node = run(PATIENCE, "node", "--version");
      run(PATIENCE, npm(), "--version");
      return node.output().strip();
    } catch (IOException e) {
      return abort("Skipped: node and npm are needed. " + e.getMessage());
    }
  }

  private static int major(String version) {
    return Integer.parseInt(version.replaceFirst("^v", "").split("\\.")[0]);
  }

  private static String versionFor(int node) {
    if (node < 20) {
      abort("Skipped: the client needs node 20 or later, this is " + node + ".");
    }
    return node < 22 ? FOR_NODE_20 : FOR_NODE_22;
  }

  private void install(String what) throws Exception {
    Files.writeString(folder.resolve("package.json"), "{\"private\": true}");
    Ended npm =
        run(
            PATIENCE,
            npm(),
            "install",
            what,
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--prefer-offline",
            "--fetch-retries=0",
            "--fetch-timeout=20000");
    if (npm.exitCode() != 0) {
      abort("Skipped: npm cannot install " + what + ". " + npm.output());
    }
  }

  private static String npm() {
    return IS_WINDOWS ? "npm.cmd" : "npm";
  }

  /** What a program printed, and its exit code; -1 if it did not end in time. */
  private record Ended(int exitCode, String output) {}

  private Ended run(Duration most, String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Process process =
        new ProcessBuilder(List.of(command))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(most.toSeconds(), TimeUnit.SECONDS);
      return new Ended(ended ? process.exitValue() : -1, Files.readString(output));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
