package dev.geminibatch.stage.submit;

import static dev.geminibatch.testkit.FakeService.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.RunStopped;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The jobs of several models of a run are uploaded and created beside each other. */
class SeveralModelsTest {
  private static final String A = "gemini-a";
  private static final String B = "gemini-b";

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private static String line(String model, int number) {
    return """
    {"custom_id":"%s-%d","method":"POST","url":"/v1beta/models/%s:generateContent",\
    "body":{"contents":[{"parts":[{"text":"Question %d"}]}]}}"""
        .formatted(model, number, model, number);
  }

  private static String[] lines(int each, String... models) {
    return Arrays.stream(models)
        .flatMap(model -> Stream.iterate(1, i -> i + 1).limit(each).map(i -> line(model, i)))
        .toArray(String[]::new);
  }

  private boolean submit(String run) throws IOException {
    return submit(run, 90);
  }

  private boolean submit(String run, int maxOpen) throws IOException {
    return new Submitter(
            fixture.context(), fixture.queue(maxOpen), fixture.references(), fixture.jobFileAhead())
        .submit(run);
  }

  private Job job(String run, String model) {
    return fixture.jobs().of(run).stream()
        .filter(job -> job.model().equals(model))
        .findFirst()
        .orElseThrow();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Call.class,
      names = {"UPLOAD", "CREATE"})
  void a_call_for_one_model_waits_for_none_of_another(Call call) throws Exception {
    String run = fixture.assembled("x.jsonl", lines(2, A, B));
    CyclicBarrier both = new CyclicBarrier(2);
    service.whenCalled(
        made -> {
          if (made.startsWith(call + " ")) {
            try {
              both.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
              throw new IllegalStateException(e);
            }
          }
        });

    assertThat(submit(run)).isTrue();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.SUBMITTED);
    assertThat(service.made()).extracting(made -> made.model()).containsExactlyInAnyOrder(A, B);
    assertThat(fixture.jobs().of(run)).extracting(Job::state).containsOnly(JobState.OPEN);
  }

  @Test
  void many_models_are_sent_a_few_at_a_time_and_each_once() throws Exception {
    String[] models =
        Stream.iterate(1, i -> i + 1).limit(9).map(i -> "m" + i).toArray(String[]::new);
    String run = fixture.assembled("x.jsonl", lines(1, models));
    Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
    service.whenCalled(call -> threads.add(Thread.currentThread()));

    assertThat(submit(run)).isTrue();

    assertThat(service.made()).extracting(made -> made.model()).containsExactlyInAnyOrder(models);
    assertThat(threads).hasSizeLessThanOrEqualTo(4).doesNotContain(Thread.currentThread());
  }

  @Test
  void a_single_model_is_sent_by_the_thread_that_asks() throws Exception {
    String run = fixture.assembled("x.jsonl", lines(3, A));
    Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
    service.whenCalled(call -> threads.add(Thread.currentThread()));

    assertThat(submit(run)).isTrue();

    assertThat(threads).containsExactly(Thread.currentThread());
  }

  @Test
  void a_job_that_is_being_created_is_kept_when_another_model_fails() throws Exception {
    String run = fixture.assembled("x.jsonl", lines(1, A, B));
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch failed = new CountDownLatch(1);
    service.whenCalled(
        call -> {
          if (call.equals("CREATE " + A)) {
            arrived.countDown();
            await(failed);
          } else if (call.equals("CREATE " + B)) {
            await(arrived);
            failed.countDown();
            throw failure(Kind.BAD_KEY, "key is suspended");
          }
        });

    assertThatThrownBy(() -> submit(run)).hasMessageContaining("key is suspended");

    assertThat(job(run, A).state()).isEqualTo(JobState.OPEN);
    assertThat(job(run, B).state()).isEqualTo(JobState.UPLOADED);
    service.whenCalled(call -> {});
    assertThat(submit(run)).isTrue();
    assertThat(service.made()).extracting(made -> made.model()).containsExactly(A, B);
    assertThat(service.count(Call.UPLOAD)).isEqualTo(2);
  }

  @Test
  void nothing_is_begun_any_more_once_a_model_has_failed() throws Exception {
    String run = fixture.assembled("x.jsonl", lines(1, A, B));
    CountDownLatch both = new CountDownLatch(2);
    AtomicReference<Thread> first = new AtomicReference<>();
    service.whenCalled(
        call -> {
          if (call.startsWith("UPLOAD")) {
            both.countDown();
            await(both);
            if (first.compareAndSet(null, Thread.currentThread())) {
              throw failure(Kind.BAD_KEY, "key is suspended");
            }
            awaitEnd(first.get()); // what has failed is known to all then
          }
        });

    assertThatThrownBy(() -> submit(run)).hasMessageContaining("key is suspended");

    assertThat(service.count(Call.UPLOAD)).isPositive();
    assertThat(service.count(Call.CREATE)).isZero();
  }

  private static void awaitEnd(Thread thread) {
    try {
      thread.join(TimeUnit.MINUTES.toMillis(1));
      assertThat(thread.isAlive()).isFalse();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_run_that_is_cancelled_meanwhile_creates_no_further_job() throws Exception {
    fixture.close();
    fixture = StageFixture.open(folder, service, "job.max-requests=1");
    String run = fixture.assembled("x.jsonl", lines(2, A, B));
    CyclicBarrier both =
        new CyclicBarrier(2, () -> fixture.ledger().control().cancel(fixture.run(run).id()));
    service.whenCalled(
        call -> {
          if (call.startsWith("CREATE")) {
            try {
              both.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
              throw new IllegalStateException(e);
            }
          }
        });

    assertThatThrownBy(() -> submit(run)).isInstanceOf(RunStopped.class);

    assertThat(service.made()).extracting(made -> made.model()).containsExactlyInAnyOrder(A, B);
    assertThat(fixture.jobs().of(run))
        .extracting(Job::state)
        .containsExactlyInAnyOrder(
            JobState.OPEN, JobState.OPEN, JobState.ASSEMBLED, JobState.ASSEMBLED);
  }

  @Test
  void jobs_of_several_models_are_cut_into_jobs_with_numbers_of_their_own() throws Exception {
    String run = fixture.assembled("x.jsonl", lines(8, A, B));
    Job whole = job(run, A);
    for (String model : List.of(A, B)) {
      fixture
          .ledger()
          .limits()
          .refused(
              fixture.workspace().connection().project(), model, 2 * whole.size().tokens() / 3);
    }

    for (int round = 0; !submit(run); round++) {
      assertThat(round).isLessThan(100);
      for (Job job : fixture.jobs().of(run)) {
        if (job.state() == JobState.OPEN) {
          fixture.ended(run, job.number(), null);
        }
      }
      fixture.clock().forward(Duration.ofMinutes(10));
    }

    List<Job> jobs = fixture.jobs().of(run);
    assertThat(jobs).hasSizeGreaterThan(3).extracting(Job::number).doesNotHaveDuplicates();
    for (String model : List.of(A, B)) {
      assertThat(
              jobs.stream().filter(job -> job.model().equals(model)).mapToLong(Job::requests).sum())
          .isEqualTo(8);
    }
    assertThat(service.made()).hasSameSizeAs(jobs);
  }

  @Test
  void no_more_jobs_are_open_than_allowed() throws Exception {
    String run = fixture.assembled("x.jsonl", lines(1, "m1", "m2", "m3", "m4", "m5"));

    assertThat(submit(run, 2)).isFalse();

    assertThat(service.made()).hasSize(2);
    assertThat(service.count(Call.CREATE)).isEqualTo(2);
    assertThat(fixture.run(run).isQueued()).isTrue();
    assertThat(fixture.run(run).reason().orElseThrow()).contains("2 of our jobs are open");
  }

  @Test
  void an_answer_that_is_unclear_for_one_model_holds_up_no_other() throws Exception {
    String run = fixture.assembled("x.jsonl", lines(1, A, B));
    service.whenCalled(
        call -> {
          if (call.equals("CREATE " + A)) {
            throw failure(Kind.UNREACHABLE, "connection reset");
          }
        });

    assertThat(submit(run)).isFalse();

    assertThat(job(run, A).state()).isEqualTo(JobState.CREATING);
    assertThat(job(run, B).state()).isEqualTo(JobState.OPEN);
    assertThat(fixture.run(run).reason().orElseThrow()).contains("not clear");
  }

  @Test
  void an_input_that_changes_while_a_job_is_created_keeps_that_one_and_sends_no_other()
      throws Exception {
    String run = fixture.assembled("x.jsonl", lines(1, A, B));
    CountDownLatch created = new CountDownLatch(1);
    service.whenCalled(
        call -> {
          if (call.startsWith("CREATE")) {
            change(run);
            created.countDown();
          } else if (service.count(Call.UPLOAD) == 2) {
            await(created);
          }
        });

    assertThat(submit(run)).isTrue();

    assertThat(service.made()).hasSize(1);
    assertThat(fixture.jobs().of(run))
        .extracting(Job::state)
        .containsExactlyInAnyOrder(JobState.OPEN, JobState.ENDED);
  }

  private void change(String run) {
    try {
      Files.writeString(
          fixture.folderOf(run).received(fixture.run(run)), "\n", StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void who_interrupts_the_run_interrupts_all_its_models() throws Exception {
    String run = fixture.assembled("x.jsonl", lines(1, "m1", "m2", "m3", "m4", "m5"));
    Thread worker = Thread.currentThread();
    CountDownLatch four = new CountDownLatch(4);
    CountDownLatch never = new CountDownLatch(1);
    service.whenCalled(
        call -> {
          four.countDown();
          if (four.getCount() == 0) {
            worker.interrupt();
          }
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(Kind.UNREACHABLE, "interrupted");
          }
        });

    assertThatThrownBy(() -> submit(run)).hasMessageContaining("interrupted");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(service.calls()).hasSize(4);
  }
}
