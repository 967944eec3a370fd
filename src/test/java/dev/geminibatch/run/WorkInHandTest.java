package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever has lost a run names no file for it, in whatever thread it works. */
class WorkInHandTest {
  @TempDir Path folder;

  private final WorkInHand work =
      new WorkInHand(
          new WorkRecord(),
          run -> {
            throw new LeaseLost("Run " + run + " belongs to another member now");
          });

  private static Run run() {
    return Run.receiving(
        "run",
        new RunInput("x.jsonl", Path.of("inbox/x.jsonl"), true, 0, 0),
        new RunOptions("default", "gemini-x", Path.of("media"), "x", false, 5, false),
        Optional.empty(),
        Instant.EPOCH);
  }

  private void name(String name) throws IOException {
    AtomicFiles.rename(Files.writeString(folder.resolve("part"), "x"), folder.resolve(name));
  }

  @Test
  void a_run_that_is_still_being_received_is_guarded_as_well() throws IOException {
    try (WorkInHand.Help help = work.help(run())) {
      assertThatThrownBy(() -> name("lost")).isInstanceOf(LeaseLost.class);
    }

    name("of no run");

    assertThat(folder.resolve("lost")).doesNotExist();
    assertThat(folder.resolve("of no run")).exists();
  }

  @Test
  void a_thread_that_helps_is_guarded_as_long_as_it_does() throws IOException {
    work.begin(run(), "inspect");

    try (WorkInHand.Help help = work.help(run())) {
      assertThatThrownBy(() -> name("lost")).isInstanceOf(LeaseLost.class);
    }

    name("of no run");
    assertThat(folder.resolve("lost")).doesNotExist();
  }

  @Test
  void who_shares_with_nobody_is_asked_nothing() throws IOException {
    try (WorkInHand.Help help = new WorkInHand(new WorkRecord()).help(run())) {
      name("of the run");
    }

    assertThat(folder.resolve("of the run")).exists();
  }
}
