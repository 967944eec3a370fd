package dev.geminibatch.stage.poll;

import static dev.geminibatch.testkit.StageFixture.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.RunLedger;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.Run;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which runs a tick hands out. */
class PollerTest {
  @TempDir Path folder;
  private StageFixture fixture;
  private RunLedger runs;
  private BusyRuns busy;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    runs = fixture.runs();
    busy = fixture.busy();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void who_answers_a_run_of_ours_is_worked_on_whoever_began_it() throws IOException {
    String abandoned = fixture.ordered("a.jsonl");
    String dropped = fixture.dropped("b.jsonl");
    runs.inspected(abandoned, "same", 1, 0, true);
    runs.inspected(dropped, "same", 1, 0, true);
    busy.end(dropped);
    Poller poller = poller(Run::fromInbox);

    assertThat(poll(poller)).containsExactly(abandoned);
  }

  @Test
  void a_run_is_handed_out_once_until_its_work_ends() throws IOException {
    String run = fixture.ordered("a.jsonl");
    Poller poller = poller(each -> true);

    assertThat(poll(poller)).containsExactly(run);
    assertThat(poll(poller)).isEmpty();
    busy.end(run);
    assertThat(poll(poller)).containsExactly(run);
  }

  @Test
  void a_dropped_file_is_begun_before_a_tick_can_see_its_run() throws IOException {
    Poller poller = poller(each -> true);

    String run = fixture.dropped("a.jsonl");

    assertThat(poll(poller)).isEmpty();
    busy.end(run);
    assertThat(poll(poller)).containsExactly(run);
  }

  @Test
  void a_tick_hands_out_as_many_waiting_runs_as_there_is_room_for() throws IOException {
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      fixture.clock().forward(Duration.ofSeconds(1));
      String run = fixture.withJob(fixture.dropped("x" + i + ".jsonl")).runId();
      runs.queued(run, fixture.queue(2).full("gemini-x", PROJECT));
      busy.end(run);
      waiting.add(run);
    }
    fixture.clock().forward(Duration.ofMinutes(1));

    assertThat(poller(each -> true, 2).poll().near())
        .containsExactlyElementsOf(waiting.subList(0, 2));
  }

  @Test
  void a_parked_run_waits_its_time_and_not_over_a_restart() throws IOException {
    String run = fixture.ordered("a.jsonl");
    Poller poller = poller(each -> true);
    fixture.clock().forward(Duration.ofSeconds(1));
    new FailureHandler(fixture.context()).take(run, new IOException("disk full"), null);

    assertThat(poll(poller)).isEmpty();
    assertThat(fixture.run(run).reason()).hasValue("IOException: disk full");
    fixture.clock().forward(Duration.ofSeconds(11));
    assertThat(poll(poller)).containsExactly(run);

    busy.end(run);
    new FailureHandler(fixture.context()).take(run, new IOException("disk full"), null);
    fixture.clock().forward(Duration.ofSeconds(1));
    assertThat(poll(poller(each -> true))).containsExactly(run);
  }

  private Poller poller(Predicate<Run> runs) {
    return poller(runs, 90);
  }

  private Poller poller(Predicate<Run> runs, int maxOpen) {
    return new Poller(fixture.context(), fixture.queue(maxOpen), runs);
  }

  private static List<String> poll(Poller poller) {
    Poller.Turns turns = poller.poll();
    return Stream.concat(turns.near().stream(), turns.others().stream()).toList();
  }
}
