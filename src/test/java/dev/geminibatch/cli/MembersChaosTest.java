package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.png;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three daemons share a ledger and their folders. At random moments one is killed, or stopped for
 * longer than its lease and woken, and now and then the database is started again; in the end every
 * request is answered once, and every job was paid once.
 */
@Tag("process")
class MembersChaosTest {
  private static final int BLOWS = Integer.getInteger("members.blows", 9);
  private static final int RUNS = Integer.getInteger("members.runs", 2 * BLOWS);
  private static final int RESTARTS = Integer.getInteger("members.restarts", 2);
  private static final long SEED = Long.getLong("members.seed", 4711);
  private static final int MEMBERS = 3;
  private static final int LINES = 12;
  private static final int LINES_A_JOB = 8;
  private static final int JOBS_A_RUN = 2;
  private static final int IMAGES = 6;

  /** The shortest that may be set; a member that is stopped for as long has lost its runs. */
  private static final Duration SILENCE = Duration.ofSeconds(3);

  @TempDir Path folder;
  @TempDir Path programs;

  private final Random random = new Random(SEED);
  private final RealJar.Running[] members = new RealJar.Running[MEMBERS];
  private final List<String> runs = new ArrayList<>();
  private RealJar jar;

  @Test
  void whatever_happens_to_members_each_request_is_answered_once_and_each_job_paid_once()
      throws Exception {
    assumeThat(Path.of("/bin/kill")).as("stops a process for a while").exists();
    try (PostgresServer server = PostgresServer.start(programs);
        Sandbox sandbox = Sandbox.start(0, Duration.ofMillis(800), Clock.systemUTC())) {
      server.execute("postgres", "CREATE DATABASE batches");
      jar =
          new RealJar(folder, sandbox.baseUrl())
              .with("LEDGER_URL", server.url("batches"))
              .with("LEDGER_USER", PostgresServer.USER)
              .with("MEMBER_SILENCE", SILENCE.toSeconds() + "s")
              .with("JOB_MAX_REQUESTS", "" + LINES_A_JOB)
              .with("MEDIA_ROOT", folder.toString());
      for (int i = 0; i < IMAGES; i++) {
        Files.write(folder.resolve(i + ".png"), png("image " + i));
      }
      Files.createDirectories(folder.resolve("inbox"));
      for (int i = 0; i < MEMBERS; i++) {
        begin(i);
      }

      for (int blow = 0; blow < BLOWS; blow++) {
        for (int i = 0; i < RUNS / BLOWS; i++) {
          drop("run-" + runs.size());
        }
        strike(random.nextInt(MEMBERS));
        if (blow % (BLOWS / (RESTARTS + 1)) == 1) {
          server.stop();
          server.startAgain();
        }
        checkOutbox();
      }
      await()
          .atMost(Duration.ofMinutes(4))
          .until(() -> runs.stream().allMatch(run -> Files.exists(results(run))));
      checkOutbox();
      assertThat(sandbox.counters().jobsCreated()).isEqualTo((long) JOBS_A_RUN * runs.size());
      assertThat(sandbox.counters().linesSent()).isEqualTo((long) LINES * runs.size());
      assertThat(folder.resolve("inbox")).isEmptyDirectory();
      assertThat(folder.resolve("failed")).isEmptyDirectory();
      for (RealJar.Running member : members) {
        member.stop();
      }
    } finally {
      for (RealJar.Running member : members) {
        if (member != null) {
          member.kill();
        }
      }
    }
  }

  private void begin(int member) throws IOException {
    members[member] = jar.with("MEMBER_NAME", "member-" + member).start();
  }

  /** Kills a member and starts it again, or stops it for a while. */
  private void strike(int member) throws Exception {
    RealJar.Running struck = members[member];
    boolean ended = struck.process().waitFor(random.nextInt(2500), TimeUnit.MILLISECONDS);
    assertThat(ended).as(Files.readString(struck.err())).isFalse();
    if (random.nextBoolean()) {
      struck.kill();
      begin(member);
      return;
    }
    signal(struck, "STOP");
    try {
      struck.process().waitFor(random.nextLong(2 * SILENCE.toMillis()), TimeUnit.MILLISECONDS);
    } finally {
      signal(struck, "CONT");
    }
  }

  private static void signal(RealJar.Running member, String signal) throws Exception {
    new ProcessBuilder("/bin/kill", "-" + signal, Long.toString(member.process().pid()))
        .start()
        .waitFor();
  }

  private void drop(String name) throws IOException {
    String[] lines =
        IntStream.range(0, LINES)
            .mapToObj(
                i ->
                    i < IMAGES
                        ? extraction(name + "-" + i, i + ".png")
                        : validation(name + "-" + i))
            .toArray(String[]::new);
    Path part = folder.resolve("inbox").resolve(name + ".jsonl.part");
    Files.writeString(part, String.join("\n", lines));
    Files.move(part, folder.resolve("inbox").resolve(name + ".jsonl"));
    runs.add(name);
  }

  /** What can be seen is complete, at any moment. */
  private void checkOutbox() {
    for (String run : runs) {
      if (Files.exists(results(run))) {
        assertThat(keys(Outbox.lines(results(run))))
            .containsExactly(
                IntStream.range(0, LINES).mapToObj(i -> run + "-" + i).toArray(String[]::new));
      }
    }
  }

  private Path results(String run) {
    return folder.resolve("outbox").resolve(run + "-batch-results.jsonl");
  }
}
