package dev.geminibatch.stage.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.RunLedger;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.WorkRecord;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
  void a_run_that_another_thread_has_moved_since_the_tick_read_it_is_not_begun()
      throws IOException {
    String run = fixture.ordered("a.jsonl");
    AtomicInteger questions = new AtomicInteger();
    Poller poller =
        poller(
            seen -> {
              // The first tick asks for all runs before it reads those that are due.
              if (questions.incrementAndGet() == 2) {
                runs.inspected(run, "fingerprint", 1, 0, false);
              }
              return true;
            });

    assertThat(poll(poller)).isEmpty();
    assertThat(busy.isBusy(run)).isFalse();
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

  /** A run that an Error came from that ended the process, and has a tick to be given a turn. */
  private String suspect(String name) throws IOException {
    return inHand(name, true);
  }

  /** A run that was in hand when an Error ended the process. */
  private String inHand(String name, boolean isCause) throws IOException {
    String run = fixture.dropped(name);
    busy.end(run);
    fixture
        .ledger()
        .strikes(Capacity.present())
        .ended(new WorkRecord.Ended(run, "inspect", isCause, "OutOfMemoryError"));
    return run;
  }

  @Test
  void runs_beside_one_that_ended_a_process_are_tried_one_by_one_beside_new_ones()
      throws IOException {
    String first = inHand("a.jsonl", false);
    String second = inHand("b.jsonl", false);
    Poller poller = poller(each -> true);

    assertThat(poll(poller)).containsExactly(first);
    List<String> dropped = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      dropped.add(fixture.dropped("new-" + i + ".jsonl"));
    }
    assertThat(dropped).as("begin at once").allMatch(busy::isBusy);
    assertThat(poll(poller)).as("one after the other").isEmpty();
    runs.inspected(first, "f", 1, 0, false);
    assertThat(poll(poller)).as("the first has got further").containsExactly(second);
  }

  @Test
  void a_run_that_got_stuck_is_tried_again_beside_others() throws IOException {
    String run = fixture.dropped("a.jsonl");
    busy.end(run);
    fixture.ledger().strikes(Capacity.present()).stuck(run, "No progress", Duration.ZERO);
    String good = fixture.dropped("b.jsonl");

    assertThat(poll(poller(each -> true))).containsExactly(run);
    assertThat(busy.isBusy(good)).isTrue();
  }

  @Test
  void a_run_that_is_tried_alone_for_long_lets_others_begin() throws IOException {
    String bad = suspect("a.jsonl");
    Poller poller = poller(each -> true);
    assertThat(poll(poller)).containsExactly(bad);
    String next = fixture.ordered("n.jsonl");
    assertThat(poll(poller)).isEmpty();

    fixture.clock().forward(Duration.ofMinutes(11));

    assertThat(poll(poller)).containsExactly(next);
  }

  @Test
  void a_run_that_ended_a_process_is_tried_last_and_alone() throws IOException {
    String bad = suspect("a.jsonl");
    String worse = suspect("b.jsonl");
    String good = fixture.dropped("c.jsonl");
    Poller poller = poller(each -> true);

    assertThat(poll(poller)).as("the good one is busy").isEmpty();
    busy.end(good);
    assertThat(poll(poller)).as("others first").containsExactly(good);
    runs.hold(good, "it is over");
    busy.end(good);

    assertThat(poll(poller)).as("one of them, alone").containsExactly(bad);
    Path later = Files.writeString(fixture.folders().inbox().resolve("d.jsonl"), "any");
    assertThat(fixture.receiver().receive(Profiles.DEFAULT, later)).as("waits").isNull();
    assertThat(poll(poller)).isEmpty();

    busy.end(bad);
    runs.hold(bad, "it is over");
    assertThat(poll(poller)).as("what came in between").hasSize(1).doesNotContain(worse);
  }

  @Test
  void a_run_that_is_tried_alone_and_gets_stuck_does_not_keep_the_others_back() throws IOException {
    String bad = suspect("a.jsonl");
    Poller poller = poller(each -> true);
    assertThat(poll(poller)).containsExactly(bad);
    fixture.workspace().work().begin(fixture.run(bad), "inspect");
    fixture.workspace().work().find(bad).giveUp();

    String good = fixture.dropped("b.jsonl");

    assertThat(busy.isBusy(good)).isTrue();
    busy.end(good);
    assertThat(poll(poller)).containsExactly(good);
    String worse = suspect("c.jsonl");
    runs.hold(good, "it is over");
    busy.end(good);
    assertThat(poll(poller)).as("the stuck one is no company").containsExactly(worse);
  }

  @Test
  void where_others_never_end_they_make_room_after_a_while() throws IOException {
    String good = fixture.dropped("b.jsonl");
    String bad = suspect("a.jsonl");
    Poller poller = poller(each -> true);
    assertThat(poll(poller)).isEmpty();

    fixture.clock().forward(Duration.ofMinutes(31));
    assertThat(poll(poller)).isEmpty();
    String next = fixture.ordered("n.jsonl");
    assertThat(poll(poller)).as("nobody begins").isEmpty();
    busy.end(good);
    runs.hold(good, "it is over");
    assertThat(poll(poller)).containsExactly(bad);
    busy.end(bad);
    runs.hold(bad, "it is over");
    assertThat(poll(poller)).containsExactly(next);
  }

  @Test
  void a_tick_hands_out_as_many_waiting_runs_as_there_is_room_for() throws IOException {
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      fixture.clock().forward(Duration.ofSeconds(1));
      String run = fixture.withJob(fixture.dropped("x" + i + ".jsonl")).runId();
      ProjectId project = fixture.context().connection(fixture.run(run)).project();
      runs.queued(run, fixture.queue(2).full("gemini-x", project));
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
