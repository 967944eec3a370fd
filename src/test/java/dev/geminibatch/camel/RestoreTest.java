package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.maintenance.Backup;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.testkit.Workshop;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state folder is lost, and a backup that is older than it takes its place. */
@Tag("camel")
class RestoreTest {
  @TempDir Path folder;

  private static String line(String key) {
    return "{\"key\":\"%1$s\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"%1$s\"}]}]}}"
        .formatted(key);
  }

  private Path backup() throws IOException {
    Path target = Files.createDirectories(folder.resolve("backup")).resolve("ledger.db");
    new Backup(new StateFolder(folder.resolve("state")), target, Clock.systemUTC()).write();
    return target;
  }

  /** As operating.md says, with times as {@code cp -a} keeps them. */
  private void restore(Path backup) throws IOException {
    Path state = folder.resolve("state");
    AtomicFiles.removeTree(state);
    AtomicFiles.removeTree(folder.resolve("archive"));
    Files.createDirectory(state);
    Files.copy(backup, state.resolve("ledger.db"));
    Path files = Backup.files(backup);
    copy(files, state);
  }

  private static Run run(Workshop workshop, String name) {
    return workshop.ledger().queries().lastOf(name).orElseThrow();
  }

  @Test
  void what_was_sent_after_the_backup_is_found_again_and_not_paid_twice() throws Exception {
    try (Workshop workshop = Workshop.open(folder, "job.max-open=1", "history.keep=1d")) {
      workshop.drop("open.jsonl", line("open-1"), line("open-2"));
      workshop.awaitJobs(1);
      workshop.drop("queued.jsonl", line("queued-1"));
      await().until(() -> workshop.runs().size() == 2 && run(workshop, "queued.jsonl").isQueued());
      Files.writeString(folder.resolve("inbox/early.jsonl.properties"), "run.paused=true");
      workshop.drop("early.jsonl", line("early-1"));
      await().until(() -> workshop.runs().size() == 3);

      Path backup = backup();
      workshop.ledger().control().resume(run(workshop, "early.jsonl").id());
      workshop.sandbox().setJobTime(Duration.ZERO);
      workshop.drop("later.jsonl", line("later-1"));
      await()
          .untilAsserted(() -> assertThat(workshop.runs()).hasSize(4).allMatch(Run::isDelivered));
      long paid = workshop.sandbox().counters().linesSent();
      assertThat(paid).isEqualTo(5);
      workshop.stop();
      AtomicFiles.removeTree(folder.resolve("outbox"));
      restore(backup);
      workshop.start();
      workshop.ledger().control().resume(run(workshop, "early.jsonl").id());

      await()
          .untilAsserted(() -> assertThat(workshop.runs()).hasSize(3).allMatch(Run::isDelivered));
      assertThat(workshop.sandbox().counters().linesSent())
          .as("nothing is paid twice")
          .isEqualTo(paid);
      assertThat(keys(workshop.outbox().results("open"))).containsExactly("open-1", "open-2");
      assertThat(keys(workshop.outbox().results("queued"))).containsExactly("queued-1");
      assertThat(keys(workshop.outbox().results("early"))).containsExactly("early-1");

      workshop.drop("new.jsonl", line("new-1"));
      await().until(() -> workshop.runs().size() == 4 && run(workshop, "new.jsonl").isDelivered());
    }
  }

  @Test
  void a_job_that_the_log_of_a_killed_daemon_has_lost_is_found_again_and_not_paid_twice()
      throws Exception {
    try (Workshop workshop = Workshop.open(folder, "job.pack-wait=0")) {
      Path state = folder.resolve("state");
      Path log = state.resolve("ledger.db-wal");
      Files.writeString(folder.resolve("inbox/a.jsonl.properties"), "run.paused=true");
      workshop.drop("a.jsonl", line("a-1"), line("a-2"));
      await().until(() -> workshop.runs().size() == 1 && run(workshop, "a.jsonl").isPaused());
      long before = Files.size(log);
      workshop.ledger().control().resume(run(workshop, "a.jsonl").id());
      workshop.awaitJobs(1);
      Path killed = folder.resolve("killed");
      copy(state, killed);
      workshop.stop();
      AtomicFiles.removeTree(state);
      copy(killed, state);
      try (RandomAccessFile damaged = new RandomAccessFile(log.toFile(), "rw")) {
        damaged.seek(before + 100);
        damaged.writeInt(-1);
      }

      workshop.sandbox().setJobTime(Duration.ZERO);
      workshop.start();
      workshop.ledger().control().resume(run(workshop, "a.jsonl").id()); // that is lost, too

      await().until(() -> run(workshop, "a.jsonl").isDelivered());
      assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
      assertThat(keys(workshop.outbox().results("a"))).containsExactly("a-1", "a-2");
    }
  }

  /** As a kill would leave it. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : (Iterable<Path>) all::iterator) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  @Test
  void a_file_that_may_be_in_a_shared_job_of_after_the_backup_waits_for_a_word() throws Exception {
    try (Workshop workshop = Workshop.open(folder, "job.pack-wait=1h", "job.pack-below=1000")) {
      workshop.drop("a.jsonl", line("a"));
      workshop.drop("b.jsonl", line("b"));
      await()
          .until(
              () ->
                  workshop.runs().size() == 2
                      && workshop.runs().stream()
                          .allMatch(run -> run.state() == RunState.ASSEMBLED && run.isQueued()));

      Path backup = backup();
      workshop.sandbox().setJobTime(Duration.ZERO);
      workshop.passTime(Duration.ofHours(9)); // longer than anybody waits for others
      await().until(() -> workshop.runs().stream().allMatch(Run::isDelivered));
      assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
      workshop.stop();
      restore(backup);
      workshop.start();

      await().until(() -> workshop.runs().stream().allMatch(Run::isPaused));
      assertThat(workshop.runs())
          .allSatisfy(
              run ->
                  assertThat(run.reason().orElseThrow())
                      .contains(
                          "restored from a copy", "batches/", "--poll", "--resume " + run.id()));
      workshop.ledger().control().resume(run(workshop, "a.jsonl").id());
      await().until(() -> run(workshop, "a.jsonl").isDelivered());
      assertThat(run(workshop, "b.jsonl").isPaused()).isTrue();
      assertThat(workshop.sandbox().counters().linesSent()).isEqualTo(3);
    }
  }

  @Test
  void content_whose_answers_were_not_in_the_backup_is_not_answered_and_not_paid_for()
      throws Exception {
    try (Workshop workshop = Workshop.open(folder)) {
      workshop.sandbox().setJobTime(Duration.ZERO);
      workshop.drop("x.jsonl", line("x"));
      await().until(() -> workshop.runs().size() == 1 && run(workshop, "x.jsonl").isDelivered());
      workshop.stop();
      restore(backup());
      workshop.start();

      workshop.drop("same.jsonl", line("x"));

      await()
          .until(
              () ->
                  workshop.runs().size() == 2
                      && run(workshop, "same.jsonl").state() == RunState.FAILED);
      assertThat(folder.resolve("failed/same.jsonl.why.txt"))
          .content()
          .contains("x-batch-results.jsonl", ".force.jsonl");
      assertThat(workshop.sandbox().counters().linesSent()).isEqualTo(1);
      assertThat(List.of(folder.resolve("failed").toFile().list())).hasSize(2);
    }
  }
}
