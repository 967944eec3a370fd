package dev.geminibatch.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.Suspicion;
import dev.geminibatch.run.WorkInHand;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that makes no progress is given up. */
class WorkWatchTest {
  @TempDir Path folder;
  private final AtomicInteger spares = new AtomicInteger();
  private final CountDownLatch begun = new CountDownLatch(1);
  private StageFixture fixture;
  private WorkInHand work;
  private WorkWatch watch;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    work = fixture.workspace().work();
    watch = watch(Duration.ofMinutes(30));
  }

  private WorkWatch watch(Duration stuckAfter) throws IOException {
    return new WorkWatch(
        work,
        fixture.ledger().strikes(Capacity.present()),
        fixture.workspace().lastWords(),
        stuckAfter,
        1,
        spares::incrementAndGet);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      watch.look();
    }
  }

  /** This thread begins to work on a run. */
  private void begin(String run, String stage) {
    work.begin(fixture.run(run), stage);
    work.enter(work.find(run));
  }

  @Test
  void work_without_a_step_is_interrupted_and_its_run_parked_with_the_reason() throws Exception {
    String run = fixture.dropped("a.jsonl");
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger interrupted = new AtomicInteger();
    Thread worker =
        new Thread(
            () -> {
              begin(run, "inspect");
              begun.countDown();
              try {
                never.await();
              } catch (InterruptedException e) {
                interrupted.incrementAndGet();
              }
            });
    worker.start();
    begun.await();

    look(WorkWatch.LOOKS);
    assertThat(fixture.run(run).reason()).isEmpty();
    look(1);
    worker.join();

    assertThat(interrupted).hasValue(1);
    Run parked = fixture.run(run);
    assertThat(parked.reason().orElseThrow())
        .isEqualTo("No progress for 30 min in the stage inspect. The run is tried once more, last");
    assertThat(parked.waiting().suspicion()).isEqualTo(Suspicion.STUCK);
    new FailureHandler(fixture.context()).take(run, new IllegalStateException("stopped"), null);
    assertThat(fixture.run(run)).as("the interrupt is no reason of its own").isEqualTo(parked);
  }

  @Test
  void a_thread_that_works_for_another_run_by_now_is_not_interrupted() throws IOException {
    String stuck = fixture.dropped("a.jsonl");
    begin(stuck, "upload");
    work.leave(work.find(stuck), null);
    String other = fixture.dropped("b.jsonl");

    look(WorkWatch.LOOKS);
    begin(other, "upload");
    look(1);

    assertThat(fixture.run(stuck).waiting().suspicion()).isEqualTo(Suspicion.STUCK);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void whatever_counts_as_a_step_keeps_the_work_going() throws IOException {
    String run = fixture.dropped("a.jsonl");
    work.begin(fixture.run(run), "upload");
    Progress progress = work.watching(Progress.none());

    for (int i = 0; i < 50; i++) {
      look(WorkWatch.LOOKS - 1);
      progress.step(fixture.run(run), "uploading", i, 50, Progress.Unit.BYTES);
      look(WorkWatch.LOOKS - 1);
      work.in(work.find(run), i % 2 == 0 ? "mine" : "upload", i % 2 == 1);
    }

    assertThat(fixture.run(run).reason()).isEmpty();
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void a_route_of_a_user_is_named_as_the_place() throws IOException {
    String run = fixture.dropped("a.jsonl");
    begin(run, "deliver");
    work.in(work.find(run), "mail-it", false);

    look(WorkWatch.LOOKS + 1);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(fixture.run(run).reason().orElseThrow())
        .startsWith("No progress for 30 min in the route mail-it (the stage was deliver)");
  }

  @Test
  void a_worker_that_does_not_end_is_replaced_once_and_too_many_end_the_process()
      throws IOException {
    for (int i = 0; i < 3; i++) {
      begin(fixture.dropped(i + ".jsonl"), "inspect");
    }
    look(WorkWatch.LOOKS + 2);
    assertThat(spares).hasValue(0);

    look(20);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(spares).hasValue(3);
    assertThat(fixture.lastWords())
        .containsExactly("3 workers are stuck, see above; only a restart can end them");
  }

  @Test
  void a_worker_that_goes_on_after_all_is_watched_again() throws IOException {
    String run = fixture.dropped("a.jsonl");
    begin(run, "inspect");
    look(WorkWatch.LOOKS + 1);
    assertThat(Thread.interrupted()).isTrue();
    fixture.runs().inspected(run, "f", 1, 0, false);
    assertThat(fixture.run(run).waiting().suspicion()).isEqualTo(Suspicion.NONE);

    work.begin(fixture.run(run), "upload");
    assertThat(work.isStuck(run)).isFalse();
    look(WorkWatch.LOOKS + 1);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(fixture.run(run).reason().orElseThrow()).contains("in the stage upload");
    assertThat(spares).hasValue(0);
  }

  @Test
  void a_longer_time_is_waited_for_in_full() throws IOException {
    watch = watch(Duration.ofHours(2));
    String run = fixture.dropped("a.jsonl");
    begin(run, "inspect");

    look(40);
    assertThat(fixture.run(run).reason()).as("every 3 minutes, after less than 2 hours").isEmpty();
    look(1);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(fixture.run(run).reason().orElseThrow()).startsWith("No progress for 2 h");
  }
}
