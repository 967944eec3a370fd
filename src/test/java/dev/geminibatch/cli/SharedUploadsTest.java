package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.png;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons with one ledger and the same folders share what there is to do. */
@Tag("process")
class SharedUploadsTest {
  private static final int CONCURRENCY = 4;

  /** A process has some more threads than it may have uploads at once. */
  private static final int THREADS = CONCURRENCY * 5 / 4 + 2;

  @TempDir Path folder;
  @TempDir Path programs;

  private PostgresServer server;
  private Sandbox sandbox;
  private List<RealJar.Running> members = List.of();

  @BeforeEach
  void start() throws Exception {
    server = PostgresServer.start(programs);
    server.execute("postgres", "CREATE DATABASE batches");
    sandbox = Sandbox.start(0, Duration.ofMillis(300), Clock.systemUTC());
    sandbox.faults().add("upload-chunk delay=150ms");
    RealJar jar =
        new RealJar(folder, sandbox.baseUrl())
            .with("LEDGER_URL", server.url("batches"))
            .with("LEDGER_USER", PostgresServer.USER)
            .with("UPLOADS_CONCURRENCY", "" + CONCURRENCY)
            .with("MEDIA_ROOT", folder.toString());
    Files.createDirectories(folder.resolve("inbox"));
    members =
        List.of(
            jar.with("MEMBER_NAME", "one").start().says("Stop with Ctrl-C"),
            jar.with("MEMBER_NAME", "two").start().says("Stop with Ctrl-C"));
  }

  @AfterEach
  void stop() throws Exception {
    for (RealJar.Running member : members) {
      member.kill();
    }
    if (sandbox != null) {
      sandbox.close();
      server.close();
    }
  }

  private void drop(String name, String... lines) throws IOException {
    Path part = folder.resolve("inbox").resolve(name + ".jsonl.part");
    Files.writeString(part, String.join("\n", lines));
    Files.move(part, folder.resolve("inbox").resolve(name + ".jsonl"));
  }

  private void awaitAnswers(String name, int requests) {
    Path results = folder.resolve("outbox").resolve(name + "-batch-results.jsonl");
    await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(results));
    assertThat(keys(Outbox.lines(results))).hasSize(requests);
  }

  @Test
  void the_files_of_one_run_are_uploaded_by_both_and_each_of_them_once() throws Exception {
    int images = 200;
    for (int i = 0; i < images; i++) {
      Files.write(folder.resolve(i + ".png"), png("image " + i));
    }
    drop(
        "large",
        IntStream.range(0, images)
            .mapToObj(i -> extraction("large-" + i, i + ".png"))
            .toArray(String[]::new));
    for (int run = 0; run < 4; run++) {
      drop("small-" + run, extraction("a", "0.png"), extraction("b", images - 1 + ".png"));
    }

    awaitAnswers("large", images);
    for (int run = 0; run < 4; run++) {
      awaitAnswers("small-" + run, 2);
    }

    assertThat(sandbox.counters().filesStored() - sandbox.counters().jobsCreated())
        .isEqualTo(images);
    assertThat(sandbox.counters().mostAtOnce(Endpoint.UPLOAD_CHUNK))
        .as("more than one of them could")
        .isGreaterThan(THREADS);
  }

  @Test
  void each_dropped_file_is_received_once_and_both_members_receive_some() throws Exception {
    int files = 300;
    for (int i = 0; i < files; i++) {
      drop("small-" + i, validation("small-" + i));
    }

    for (int i = 0; i < files; i++) {
      awaitAnswers("small-" + i, 1);
    }

    int all = 0;
    for (RealJar.Running member : members) {
      String log = Files.readString(member.err());
      int received = log.split("received as run").length - 1;
      assertThat(received).isGreaterThan(files / 5);
      assertThat(log).doesNotContain("ERROR");
      all += received;
    }
    assertThat(all).isEqualTo(files);
    assertThat(sandbox.counters().linesSent()).isEqualTo(files);
  }

  @Test
  void what_a_member_that_is_gone_was_receiving_is_received_once() throws Exception {
    Path moved = Files.createDirectories(folder.resolve("state/runs/20260101-000000-moved1"));
    Files.writeString(moved.resolve("input.jsonl"), validation("moved"));
    drop("left", validation("left"));
    receiving("20260101-000000-moved1", "moved");
    receiving("20260101-000000-left01", "left");

    awaitAnswers("moved", 1);
    awaitAnswers("left", 1);

    assertThat(sandbox.counters().linesSent()).isEqualTo(2);
    assertThat(folder.resolve("inbox")).isEmptyDirectory();
  }

  /** As a member leaves it that is killed between its two transactions. */
  private void receiving(String id, String name) throws Exception {
    server.execute(
        "batches",
        "INSERT INTO gemini_batch.run (id, name, source, from_inbox, model, media_root,"
            + " display_name, forced, state, created_at, updated_at, owner, fence, mark) SELECT '%s',"
                .formatted(id)
            + " '%1$s.jsonl', '%2$s/inbox/%1$s.jsonl', 1, 'gemini-3-flash-preview', '%2$s', '%1$s',"
                .formatted(name, folder)
            + " 0, 'RECEIVING', 0, 0, 'gone', 1, mark FROM gemini_batch.state_folder");
  }
}
