package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressDisplayTest {
  private static final String NAME = "a-rather-long-name-of-an-export-1700000000000.jsonl";

  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final List<String> lines = new ArrayList<>();
  private StageFixture stages;
  private Run run;

  @BeforeEach
  void open(@TempDir Path folder) throws Exception {
    stages = StageFixture.open(folder);
    run = stages.run(stages.dropped(NAME));
  }

  @AfterEach
  void close() throws Exception {
    stages.close();
  }

  /** A display that is about to show its next step. */
  private ProgressDisplay display(boolean interactive, int columns) {
    PrintStream err = new PrintStream(screen, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(err, err, interactive, () -> columns);
    ProgressDisplay display = new ProgressDisplay(terminal, lines::add, stages.clock());
    display.step(run, "checking lines", 0, 9_000_000, Unit.BYTES);
    stages.clock().forward(Duration.ofMinutes(1));
    return display;
  }

  private String shown() {
    String all = screen.toString(StandardCharsets.UTF_8);
    String last = all.substring(all.lastIndexOf('\r') + 1);
    return last.replaceAll("\u001b\\[[?0-9]*[a-zA-Z]", "");
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 80, 110, 200})
  void a_progress_line_fits_the_terminal(int columns) {
    display(true, columns).step(run, "waiting for job 1, running", 1_000, 20_000, Unit.REQUESTS);
    assertThat(shown()).isNotEmpty().hasSizeLessThan(columns).doesNotContain("\n");
  }

  @Test
  void a_narrow_terminal_shortens_the_name_in_the_middle() {
    display(true, 110).step(run, "waiting for job 1, running", 1_000, 20_000, Unit.REQUESTS);
    assertThat(shown())
        .startsWith("a-rather-l")
        .contains("…", "0.jsonl: [", "waiting for job 1, running, 1,000 of 20,000 requests");
  }

  @Test
  void a_wide_terminal_shows_the_whole_name() {
    display(true, 200).step(run, "waiting for job 1, running", 1_000, 20_000, Unit.REQUESTS);
    assertThat(shown()).startsWith(NAME + ": [#-----");
  }

  @Test
  void a_job_that_runs_has_no_full_bar() {
    display(true, 200).step(run, "waiting for job 1, running", 20, 20, Unit.REQUESTS);
    assertThat(shown()).contains("#-] waiting for job 1, running, 20 of 20 requests");
  }

  @Test
  void a_file_that_is_read_has_a_full_bar_at_its_end() {
    display(true, 200).step(run, "checking lines", 9_000_000, 9_000_000, Unit.BYTES);
    assertThat(shown()).contains("##] checking lines, 9.0 MB of 9.0 MB");
  }

  @Test
  void a_few_bytes_are_not_worth_a_line() {
    display(false, 80).step(run, "uploading job 2", 494, 494, Unit.BYTES);
    assertThat(lines).isEmpty();
  }

  @Test
  void a_few_bytes_that_take_long_are_shown() {
    ProgressDisplay display = display(false, 80);
    display.step(run, "uploading files", 0, 90_000, Unit.BYTES);
    stages.clock().forward(Duration.ofSeconds(11));
    display.step(run, "uploading files", 30_000, 90_000, Unit.BYTES);
    assertThat(lines).containsExactly(NAME + ": uploading files, 30.0 KB of 90.0 KB, 22 s left");
  }

  @Test
  void a_line_goes_with_its_stage() {
    ProgressDisplay display = display(true, 80);
    display.step(run, "checking lines", 3_000_000, 9_000_000, Unit.BYTES);
    display.stageOver(run);
    assertThat(shown()).isEmpty();
  }

  @Test
  void the_line_of_a_job_stays_while_it_runs() {
    ProgressDisplay display = display(true, 80);
    display.step(run, "waiting for job 1, running", 1, 20, Unit.REQUESTS);
    display.stageOver(run);
    assertThat(shown()).contains("waiting for job 1");
  }

  @Test
  void the_next_step_is_shown_at_once() {
    ProgressDisplay display = display(true, 80);
    display.step(run, "uploading job 1", 9_000_000, 9_000_000, Unit.BYTES);
    display.step(run, "waiting for job 1, pending", 0, 20, Unit.REQUESTS);
    assertThat(shown()).contains("waiting for job 1, pending");
  }

  @Test
  void without_a_terminal_a_line_is_written_now_and_then() {
    ProgressDisplay display = display(false, 80);
    display.step(run, "checking lines", 3_000_000, 9_000_000, Unit.BYTES);
    display.step(run, "checking lines", 3_500_000, 9_000_000, Unit.BYTES);
    stages.clock().forward(Duration.ofMinutes(1));
    display.step(run, "checking lines", 6_000_000, 9_000_000, Unit.BYTES);
    assertThat(lines)
        .containsExactly(
            NAME + ": checking lines, 3.0 MB of 9.0 MB, 2 min left",
            NAME + ": checking lines, 6.0 MB of 9.0 MB, 1 min left");
  }

  @Test
  void what_was_drawn_is_erased_at_the_end() {
    ProgressDisplay display = display(true, 80);
    display.step(run, "checking lines", 3_000_000, 9_000_000, Unit.BYTES);
    display.end();
    assertThat(screen.toString(StandardCharsets.UTF_8)).endsWith("\r\u001b[2K");
  }
}
