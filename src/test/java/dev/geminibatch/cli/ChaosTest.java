package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Outbox.fileHashes;
import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.MODEL;
import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.png;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon is killed at random moments through the whole life of several runs, while the service
 * misbehaves; in the end every request is answered once and every job was paid once.
 */
@Tag("process")
class ChaosTest {
  private static final int KILLS = Integer.getInteger("chaos.kills", 6);
  private static final long SEED = Long.getLong("chaos.seed", 4711);
  private static final int LINES = 20;
  private static final int LINES_A_JOB = 8;
  private static final int JOBS_A_RUN = 3;

  /** Of every second file the later lines are for these. */
  private static final List<String> OTHER_MODELS =
      List.of("gemini-2.5-flash-lite", "gemini-2.5-pro");

  private static final int JOBS_OF_THREE_MODELS = 4;
  private static final int IMAGES = 10;

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final List<String> runs = new ArrayList<>();

  @Test
  void whatever_happens_each_request_is_answered_once_and_each_job_paid_once() throws Exception {
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofMillis(800), Clock.systemUTC())) {
      misbehave(sandbox);
      RealJar jar =
          new RealJar(folder, sandbox.baseUrl())
              .with("JOB_MAX_REQUESTS", "" + LINES_A_JOB)
              .with("MEDIA_ROOT", folder.toString())
              .with("UPLOAD_CONCURRENCY", "3");
      for (int i = 0; i < IMAGES; i++) {
        Files.write(folder.resolve(i + ".png"), png("image " + i));
      }
      Files.createDirectories(folder.resolve("inbox"));

      for (int kill = 0; kill < KILLS; kill++) {
        drop("run-" + kill);
        RealJar.Running daemon = jar.start();
        boolean ended = daemon.process().waitFor(lifetime(), TimeUnit.MILLISECONDS);
        assertThat(ended).as(Files.readString(daemon.err())).isFalse();
        daemon.kill();
        checkOutbox();
      }
      sandbox.faults().clear();
      RealJar.Running daemon = jar.start();
      await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> runs.stream().allMatch(run -> Files.exists(results(run))));
      daemon.stop();

      checkOutbox();
      assertThat(sandbox.counters().jobsCreated()).isEqualTo(jobs());
      assertThat(uploadedImages(jar))
          .as("each recorded once")
          .hasSize(IMAGES)
          .doesNotHaveDuplicates();
      assertThat(folder.resolve("inbox")).isEmptyDirectory();
      assertThat(folder.resolve("failed")).isEmptyDirectory();
      try (Stream<Path> archived = Files.list(folder.resolve("archive"))) {
        assertThat(archived).hasSameSizeAs(runs);
      }
    }
  }

  /** From the start of the process to some time after the last stage. */
  private long lifetime() {
    return 500 + random.nextInt(3500);
  }

  private void misbehave(Sandbox sandbox) {
    Map<String, List<String>> faults = new LinkedHashMap<>();
    for (String endpoint :
        List.of(
            "upload-start",
            "upload-chunk",
            "file-get",
            "batch-create",
            "batch-get",
            "batch-list")) {
      faults.put(endpoint, List.of("status=503", "cut", "lost-answer"));
    }
    faults.put("download", List.of("status=503", "cut", "half-answer", "short-answer"));
    faults.forEach(
        (endpoint, kinds) ->
            kinds.forEach(
                kind ->
                    sandbox
                        .faults()
                        .add(
                            endpoint
                                + " "
                                + kind
                                + " chance=0.05 seed="
                                + random.nextInt(1_000_000))));
  }

  private void drop(String name) throws IOException {
    String[] lines =
        IntStream.range(0, LINES)
            .mapToObj(
                i ->
                    i < IMAGES
                        ? extraction(name + "-" + i, i + ".png")
                        : validation(name + "-" + i).replace(MODEL, model(runs.size(), i)))
            .toArray(String[]::new);
    Path part = folder.resolve("inbox").resolve(name + ".jsonl.part");
    Files.writeString(part, String.join("\n", lines));
    Files.move(part, folder.resolve("inbox").resolve(name + ".jsonl"));
    runs.add(name);
  }

  private static boolean hasThreeModels(int run) {
    return run % 2 == 1;
  }

  private static String model(int run, int line) {
    return hasThreeModels(run) ? OTHER_MODELS.get(line % OTHER_MODELS.size()) : MODEL;
  }

  private long jobs() {
    return IntStream.range(0, runs.size())
        .mapToLong(run -> hasThreeModels(run) ? JOBS_OF_THREE_MODELS : JOBS_A_RUN)
        .sum();
  }

  /** The names that people gave to the files that the service holds, but for the jobs' own. */
  private static List<String> uploadedImages(RealJar jar) throws Exception {
    JsonNode files = new ObjectMapper().readTree(jar.run("--files", "--json").out()).path("files");
    return files.findValuesAsText("displayName").stream()
        .filter(name -> name.endsWith(".png"))
        .toList();
  }

  /** What can be seen is complete, at any moment. */
  private void checkOutbox() {
    for (String run : runs) {
      if (Files.exists(results(run))) {
        List<JsonNode> results = Outbox.lines(results(run));
        assertThat(keys(results))
            .containsExactly(
                IntStream.range(0, LINES).mapToObj(i -> run + "-" + i).toArray(String[]::new));
        for (int i = 0; i < IMAGES; i++) {
          assertThat(fileHashes(results.get(i))).containsExactly(Sha256.hex(png("image " + i)));
        }
        assertThat(new Outbox(folder.resolve("outbox")).report(run).path("answered").asInt())
            .isEqualTo(LINES);
      }
    }
  }

  private Path results(String run) {
    return folder.resolve("outbox").resolve(run + "-batch-results.jsonl");
  }
}
