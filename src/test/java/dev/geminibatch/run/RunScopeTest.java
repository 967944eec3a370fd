package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.logging.LogContext;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What the records of a thread say of the run that it works for. */
class RunScopeTest {
  private final WorkInHand work = new WorkInHand(new WorkRecord());

  private static Run run(String id) {
    RunInput input = new RunInput(id + ".jsonl", Path.of(id), true, 0, 0);
    RunOptions options = new RunOptions("default", "m", Path.of("."), id, false, 5, false);
    return Run.receiving(id, input, options, Optional.empty(), Instant.EPOCH);
  }

  private static String named() {
    return MDC.get(LogContext.RUN) + " " + MDC.get(LogContext.FILE);
  }

  @AfterEach
  void clear() {
    MDC.clear();
  }

  @BeforeEach
  void workForNoRun() {
    MDC.clear(); // a test before may have left its run in hand
  }

  @Test
  void a_thread_names_the_run_from_when_it_enters_the_work_until_it_leaves() throws Exception {
    work.begin(run("one"), "upload");
    work.begin(run("two"), "upload");
    WorkInHand.Task one = work.find("one");
    WorkInHand.Task two = work.find("two");

    WorkInHand.Task before = work.enter(one);
    assertThat(named()).isEqualTo("one one.jsonl");
    WorkInHand.Task outer = work.enter(two);
    assertThat(named()).isEqualTo("two two.jsonl");
    work.leave(two, outer);
    assertThat(named()).isEqualTo("one one.jsonl");

    String[] ofPool = new String[1];
    Thread pool =
        new Thread(
            () -> {
              WorkInHand.Task none = work.enter(one);
              ofPool[0] = named();
              work.leave(one, none);
            });
    pool.start();
    pool.join();
    assertThat(ofPool[0]).isEqualTo("one one.jsonl");

    work.leave(one, before);
    assertThat(named()).isEqualTo("null null");
  }

  @Test
  void work_for_several_runs_names_none_and_then_the_one_of_before_again() {
    try (RunScope one = RunScope.of(run("one"))) {
      try (RunScope several = RunScope.none()) {
        assertThat(named()).isEqualTo("null null");
      }
      assertThat(named()).isEqualTo("one one.jsonl");
    }
    assertThat(named()).isEqualTo("null null");
  }
}
