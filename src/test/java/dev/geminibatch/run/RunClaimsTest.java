package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunClaimsTest {
  @TempDir Path state;

  @Test
  void a_run_belongs_to_one_worker_until_that_ends() throws Exception {
    RunClaims first = new RunClaims(state);
    try (RunClaims second = new RunClaims(state)) {
      assertThat(first.own("a")).isTrue();
      assertThat(first.own("a")).as("again").isTrue();
      assertThat(second.own("a")).isFalse();
      assertThat(second.isFree("a")).isFalse();
      assertThat(second.own("b")).isTrue();

      first.close();

      assertThat(second.isFree("a")).isTrue();
      assertThat(second.own("a")).isTrue();
    }
  }

  @Test
  void a_run_that_is_given_up_may_be_taken_by_another() throws Exception {
    try (RunClaims first = new RunClaims(state);
        RunClaims second = new RunClaims(state)) {
      first.own("a");
      first.disown("a");

      assertThat(second.own("a")).isTrue();
      assertThat(first.own("a")).isFalse();
    }
  }

  @Test
  void a_worker_that_died_without_a_word_has_nothing_any_more() throws Exception {
    Path folder = Files.createDirectories(state.resolve("runs/a"));
    Files.createDirectories(state.resolve("workers"));
    Files.writeString(state.resolve("workers/deadbeef"), "");
    Files.writeString(folder.resolve("owner"), "deadbeef");

    try (RunClaims claims = new RunClaims(state)) {
      assertThat(claims.isFree("a")).isTrue();
      assertThat(claims.own("a")).isTrue();
      assertThat(state.resolve("workers/deadbeef")).doesNotExist();
    }
  }

  @Test
  void any_number_of_runs_needs_one_lock() throws Exception {
    try (RunClaims claims = new RunClaims(state)) {
      for (int i = 0; i < 200; i++) {
        claims.own("run-" + i);
      }
      try (Stream<Path> workers = Files.list(state.resolve("workers"))) {
        assertThat(workers).as("its own, and the one of all").hasSize(2);
      }
    }
  }
}
