package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon is killed at random moments while small runs share jobs, large ones are cut to what
 * the service takes, and some are cancelled. All lines have the same keys. In the end each line is
 * answered or reported once, in its own run, and nothing was paid twice.
 */
@Tag("process")
class RoomChaosTest {
  private static final int KILLS = Integer.getInteger("chaos.kills", 6);
  private static final long SEED = Long.getLong("chaos.seed", 4711);
  private static final int SMALL_RUNS = 4;
  private static final int LINES_OF_LARGE = 400;

  @TempDir Path folder;
  private final Random random = new Random(SEED);

  /** The lines of each run. */
  private final Map<String, List<String>> runs = new LinkedHashMap<>();

  private final Set<String> cancelled = new HashSet<>();

  @Test
  void whatever_happens_each_line_is_answered_in_its_own_run_and_paid_once() throws Exception {
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofMillis(700), Clock.systemUTC())) {
      sandbox.quota().set("40000");
      for (String endpoint : List.of("upload-start", "file-get", "batch-create", "batch-list")) {
        for (String kind : List.of("status=503", "cut", "lost-answer")) {
          sandbox.faults().add(endpoint + " " + kind + " chance=0.05 seed=" + random.nextInt(9999));
        }
      }
      RealJar jar = new RealJar(folder, sandbox.baseUrl()).with("JOB_PACK_WAIT", "300ms");
      Files.createDirectories(folder.resolve("inbox"));

      for (int kill = 0; kill < KILLS; kill++) {
        drop(kill);
        RealJar.Running daemon = jar.start();
        boolean ended = daemon.process().waitFor(500 + random.nextInt(4000), TimeUnit.MILLISECONDS);
        assertThat(ended).as(Files.readString(daemon.err())).isFalse();
        if (kill % 3 == 2) {
          cancel(jar, "run-" + kill + "-0");
        }
        daemon.kill();
      }
      sandbox.faults().clear();
      RealJar.Running daemon = jar.start();
      await()
          .atMost(Duration.ofMinutes(5))
          .until(() -> runs.keySet().stream().allMatch(this::isOver));
      daemon.stop();

      runs.forEach(this::check);
      long all = runs.values().stream().mapToLong(List::size).sum();
      long mayBeUnsent = cancelled.stream().mapToLong(run -> runs.get(run).size()).sum();
      assertThat(sandbox.counters().linesSent()).isBetween(all - mayBeUnsent, all);
    }
  }

  private void drop(int kill) throws IOException {
    for (int i = 0; i < SMALL_RUNS; i++) {
      drop("run-" + kill + "-" + i, 1 + random.nextInt(3), "a few words");
    }
    if (kill % 3 == 0) {
      drop("large-" + kill, LINES_OF_LARGE, "many words ".repeat(60));
    }
  }

  private void drop(String run, int count, String text) throws IOException {
    List<String> lines =
        IntStream.range(0, count)
            .mapToObj(i -> nativeLine("k" + i, run + " " + i + " " + text))
            .toList();
    Path part = folder.resolve("inbox").resolve(run + ".jsonl.part");
    Files.writeString(part, String.join("\n", lines));
    Files.move(part, folder.resolve("inbox").resolve(run + ".jsonl"));
    runs.put(run, lines);
  }

  /** A run that is not there yet, or over already, cannot be cancelled. */
  private void cancel(RealJar jar, String run) throws Exception {
    if (jar.run("--cancel-run", run + ".jsonl").exit() == ExitCode.OK) {
      cancelled.add(run);
    }
  }

  private Path outbox() {
    return folder.resolve("outbox");
  }

  private boolean isOver(String run) {
    return Files.exists(outbox().resolve(run + "-batch-report.json"));
  }

  private void check(String run, List<String> lines) {
    Outbox outbox = new Outbox(outbox());
    List<JsonNode> results = outbox.results(run);
    List<String> all =
        new ArrayList<>(IntStream.range(0, lines.size()).mapToObj(i -> "k" + i).toList());
    if (cancelled.contains(run)) {
      List<JsonNode> errors =
          Files.exists(outbox().resolve(run + "-batch-errors.jsonl"))
              ? outbox.errors(run)
              : List.of();
      assertThat(errors).allMatch(error -> error.path("code").asText().equals("run-cancelled"));
      all.removeAll(keys(errors));
    }
    assertThat(keys(results)).as(run).containsExactlyElementsOf(all);
    for (JsonNode result : results) {
      String line = lines.get(Integer.parseInt(result.path("key").asText().substring(1)));
      String request = line.substring(line.indexOf("\"request\":") + 10, line.length() - 1);
      assertThat(result.path("response").path("sandbox").path("requestSha256").asText())
          .as(run)
          .isEqualTo(Sha256.hex(request.getBytes(UTF_8)));
    }
  }
}
