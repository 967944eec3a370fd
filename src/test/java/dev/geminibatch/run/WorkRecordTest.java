package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the next process learns of the one before. */
class WorkRecordTest {
  @TempDir Path folder;
  private final List<WorkRecord.Ended> ended = new ArrayList<>();
  private final List<String> said = new ArrayList<>();

  /** A process with two runs in hand; it is not closed, as after a kill or a halt. */
  private final class Process {
    final WorkRecord record = new WorkRecord();
    final WorkInHand work = new WorkInHand(record);
    final LastWords lastWords = new LastWords(work, said::add);
    final FileLeases leases;

    Process(StateFolder state) throws IOException {
      state.prepareWithoutLedger();
      leases = new FileLeases(state, record, ended::add);
      leases.open();
    }
  }

  private StateFolder state(String name) {
    return new StateFolder(folder.resolve(name));
  }

  /** What a dead process has left is a file that nobody locks. */
  private StateFolder dead(String name) throws IOException {
    Path workers = Files.createDirectories(folder.resolve(name + "-next/workers"));
    try (Stream<Path> files = Files.list(folder.resolve(name + "/workers"))) {
      for (Path file : files.toList()) {
        Files.copy(file, workers.resolve("dead" + file.getFileName()));
      }
    }
    return state(name + "-next");
  }

  private static Run run(String id) {
    RunInput input = new RunInput(id + ".jsonl", Path.of(id), true, 0, 0);
    RunOptions options = new RunOptions("default", "m", Path.of("."), id, false, 5, false);
    return Run.receiving(id, input, options, Optional.empty(), Instant.EPOCH);
  }

  @Test
  void a_kill_or_a_power_cut_blames_no_run() throws IOException {
    Process process = new Process(state("a"));
    process.work.begin(run("one"), "inspect");
    process.work.begin(run("two"), "collect");

    new Process(dead("a"));

    assertThat(ended).isEmpty();
  }

  @Test
  void an_error_blames_the_run_that_it_came_from_and_doubts_those_beside_it() throws IOException {
    Process process = new Process(state("a"));
    process.work.begin(run("one"), "inspect");
    process.work.begin(run("over"), "inspect");
    process.work.begin(run("two"), "collect");
    process.work.end("over");

    process.lastWords.check(
        new IllegalStateException(new OutOfMemoryError("Java heap space")), "two");
    StateFolder left = dead("a");
    new Process(left);

    assertThat(ended)
        .containsExactly(
            new WorkRecord.Ended("one", "inspect", false, "OutOfMemoryError"),
            new WorkRecord.Ended("two", "collect", true, "OutOfMemoryError"));
    ended.clear();
    new Process(left);
    assertThat(ended).as("once").isEmpty();
  }

  @Test
  void an_error_that_comes_from_no_run_blames_the_only_one_in_hand() throws Exception {
    Process process = new Process(state("a"));
    Thread worker = new Thread(() -> process.work.begin(run("one"), "upload"));
    worker.start();
    worker.join();

    process.lastWords.check(new StackOverflowError());
    new Process(dead("a"));

    assertThat(ended)
        .containsExactly(new WorkRecord.Ended("one", "upload", true, "StackOverflowError"));
    assertThat(said)
        .singleElement()
        .asString()
        .startsWith("StackOverflowError in the stage upload of one.jsonl (run one) (at ");
  }

  @Test
  void an_orderly_end_leaves_nothing() throws IOException {
    Process process = new Process(state("a"));
    process.work.begin(run("one"), "inspect");
    process.leases.close();

    try (Stream<Path> files = Files.list(folder.resolve("a/workers"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void a_record_that_is_begun_while_the_others_are_taken_is_kept() throws IOException {
    Path left = folder.resolve("0123456789abcdef");
    Path begun = folder.resolve("fedcba9876543210");
    Files.writeString(left, "OutOfMemoryError\nc one inspect\n");

    WorkRecord.takeAll(
        folder,
        () -> {
          begin(begun);
          return Set.of();
        },
        ended::add);

    assertThat(ended).extracting(WorkRecord.Ended::runId).containsExactly("one");
    assertThat(left).doesNotExist();
    assertThat(begun).exists();
  }

  private static void begin(Path file) {
    try (RandomAccessFile record = new RandomAccessFile(file.toFile(), "rw")) {
      record.writeBytes("\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatever_was_left_there_is_no_reason_to_fail() throws IOException {
    Path workers = Files.createDirectories(folder.resolve("a/workers"));
    Files.writeString(workers.resolve("deadbeef"), "x\n\n\nc\nc one\n" + "y".repeat(100_000));
    Files.write(workers.resolve("feed"), new byte[] {-1, 0, 10, 99, 10});

    new Process(state("a"));

    assertThat(ended).isEmpty();
    assertThat(workers.resolve("deadbeef")).doesNotExist();
  }

  @Test
  void an_interrupted_worker_does_not_lose_the_lock_of_the_process() throws IOException {
    Process process = new Process(state("a"));
    Thread.currentThread().interrupt();
    process.work.begin(run("one"), "inspect");
    assertThat(Thread.interrupted()).isTrue();

    assertThat(process.leases.acquire("one")).isTrue();
    Process beside = new Process(state("a"));
    assertThat(beside.leases.acquire("one")).isFalse();
  }

  @Test
  void an_error_is_found_among_causes_and_ends_the_process_once() throws IOException {
    Process process = new Process(state("a"));

    process.lastWords.check(new IOException("any"));
    assertThat(said).isEmpty();
    process.lastWords.check(new RuntimeException(new RuntimeException(new AssertionError("no"))));
    process.lastWords.check(new NoClassDefFoundError("x"));

    assertThat(said).singleElement().asString().startsWith("AssertionError in the thread ");
  }
}
