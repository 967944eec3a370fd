package dev.geminibatch.stage.poll;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJob.Counts;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.stage.submit.Submitter;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far a job is by the service's own counts. */
class JobCountsTest {
  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private String run;

  @BeforeEach
  void submit() throws IOException {
    fixture = StageFixture.open(folder, service);
    run =
        fixture.assembled(
            "a.jsonl", nativeLine("1", "x"), nativeLine("2", "x"), nativeLine("3", "x"));
    new Submitter(
            fixture.context(), fixture.queue(90), fixture.references(), fixture.jobFileAhead())
        .submit(run);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private Job job() {
    return fixture.jobs().job(run, 1);
  }

  private Optional<Job.Done> afterPoll(Counts counts) {
    RemoteJob made = service.made().get(0);
    RemoteJob seen =
        new RemoteJob(
            made.name(),
            made.displayName(),
            made.model(),
            RemoteJobState.RUNNING,
            "BATCH_STATE_RUNNING",
            made.created(),
            Optional.empty(),
            counts,
            Optional.empty(),
            Optional.empty(),
            false,
            false);
    new JobNews(fixture.context(), fixture.workspace().connection()::batches)
        .take(job(), seen, fixture.run(run));
    return job().remote().done();
  }

  @Test
  void each_poll_shows_how_far_it_is() {
    assertThat(afterPoll(new Counts(3, 0, 0, 3))).isEmpty();
    assertThat(afterPoll(new Counts(3, 1, 0, 2))).contains(new Job.Done(1, 0));
    assertThat(afterPoll(new Counts(3, 1, 2, 0))).contains(new Job.Done(1, 2));
    assertThat(afterPoll(new Counts(0, 0, 0, 0)))
        .as("a description without counts says nothing new")
        .contains(new Job.Done(1, 2));
  }

  @Test
  void counts_that_cannot_be_are_ignored() {
    for (Counts counts :
        List.of(
            new Counts(3, -1, 0, 0),
            new Counts(3, 1, -1, 0),
            new Counts(3, 4, 0, 0),
            new Counts(3, 2, 2, 0),
            new Counts(3, Long.MAX_VALUE, Long.MAX_VALUE, 0),
            new Counts(3, 1, Long.MAX_VALUE, 0))) {
      assertThat(afterPoll(counts)).isEmpty();
    }
  }
}
