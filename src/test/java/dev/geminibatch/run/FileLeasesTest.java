package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLeasesTest {
  @TempDir Path state;

  @Test
  void a_run_belongs_to_one_worker_until_that_ends() throws Exception {
    FileLeases first = leases();
    try (FileLeases second = leases()) {
      assertThat(first.acquire("a")).isTrue();
      assertThat(first.acquire("a")).as("again").isTrue();
      assertThat(second.acquire("a")).isFalse();
      assertThat(second.isFree("a")).isFalse();
      assertThat(second.acquire("b")).isTrue();

      first.close();

      assertThat(second.isFree("a")).isTrue();
      assertThat(second.acquire("a")).isTrue();
    }
  }

  @Test
  void a_run_that_is_given_up_may_be_taken_by_another() throws Exception {
    try (FileLeases first = leases();
        FileLeases second = leases()) {
      first.acquire("a");
      first.release("a");

      assertThat(second.acquire("a")).isTrue();
      assertThat(first.acquire("a")).isFalse();
    }
  }

  @Test
  void a_worker_that_died_without_a_word_has_nothing_any_more() throws Exception {
    Path folder = Files.createDirectories(state.resolve("runs/a"));
    Files.createDirectories(state.resolve("workers"));
    Files.writeString(state.resolve("workers/deadbeef"), "");
    Files.writeString(folder.resolve("owner"), "deadbeef");

    try (FileLeases leases = leases()) {
      assertThat(leases.isFree("a")).isTrue();
      assertThat(leases.acquire("a")).isTrue();
      assertThat(state.resolve("workers/deadbeef")).doesNotExist();
    }
  }

  @Test
  void any_number_of_runs_needs_one_lock() throws Exception {
    try (FileLeases leases = leases()) {
      for (int i = 0; i < 200; i++) {
        assertThat(leases.acquire("run-" + i)).isTrue();
      }
      try (Stream<Path> workers = Files.list(state.resolve("workers"))) {
        assertThat(workers).as("its own, and the one of all").hasSize(2);
      }
    }
  }

  private FileLeases leases() throws IOException {
    new StateFolder(state).prepareWithoutLedger();
    return new FileLeases(new StateFolder(state), new WorkRecord(), ended -> {});
  }
}
