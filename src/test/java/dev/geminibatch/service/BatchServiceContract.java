package dev.geminibatch.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.service.ServiceFailure.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What any {@link BatchService} must do; jobs stay pending for as long as a test takes. */
public abstract class BatchServiceContract extends ServiceContract {
  private static final JobName NOBODYS =
      new JobName("batches/0123456789abcdefghij0123456789abcdef");
  private static final Duration UNTIL_LISTED = Duration.ofSeconds(5);

  private final String displayName = "תיקון " + unusedName();
  private RemoteJob shared;

  /** The job for what changes nothing about it. */
  private RemoteJob job() throws IOException {
    if (shared == null) {
      shared = newJob(displayName);
    }
    return shared;
  }

  @Test
  void the_answer_to_a_creation_names_a_job_that_is_there_and_not_over() throws IOException {
    RemoteJob created = job();

    RemoteJob found = batches().job(created.jobName());

    assertThat(JobName.isName(created.name())).isTrue();
    assertThat(found.name()).isEqualTo(created.name());
    assertThat(found.displayName()).isEqualTo(displayName);
    assertThat(found.model()).endsWith(MODEL);
    assertThat(found.state().isEnded()).isFalse();
    assertThat(found.created()).isPresent();
    assertThat(found.ended()).isEmpty();
    assertThat(found.responsesFile()).isEmpty();
  }

  @Test
  void a_job_is_found_by_its_display_name_and_no_other() throws IOException {
    RemoteJob created = job();

    assertThat(batches().findJob(displayName, UNTIL_LISTED).map(RemoteJob::name))
        .hasValue(created.name());
    assertThat(batches().findJob(displayName.substring(1), Duration.ZERO)).isEmpty();
  }

  @Test
  void a_listing_gives_every_job_once_and_the_newest_first() throws IOException {
    List<String> created = new ArrayList<>();
    for (int i = 0; i < entriesOfAListing(); i++) {
      RemoteJob job = newJob(unusedName());
      batches().cancelJob(job.jobName());
      created.add(job.name());
    }
    batches().findJob(displayName, UNTIL_LISTED);

    List<RemoteJob> listed = batches().allJobs();

    assertThat(listed).extracting(RemoteJob::name).doesNotHaveDuplicates().containsAll(created);
    assertThat(listed)
        .extracting(job -> job.created().orElseThrow())
        .isSortedAccordingTo(Comparator.<Instant>reverseOrder());
  }

  @Test
  void the_last_page_names_no_next_one() {
    BatchService.JobPage page = batches().jobs(Optional.empty());
    PageTokens pages = new PageTokens();
    while (pages.next(page.nextPageToken()).isPresent()) {
      page = batches().jobs(page.nextPageToken());
    }

    assertThat(page.nextPageToken()).isEmpty();
  }

  @Test
  void a_pending_job_that_is_cancelled_ends() throws IOException {
    JobName job = newJob(unusedName()).jobName();

    batches().cancelJob(job);

    RemoteJob ended = awaitEnd(job);
    assertThat(ended.ended()).isPresent();
    assertThat(ended.stateText()).isNotBlank();
  }

  @Test
  void a_deleted_job_is_gone_and_cannot_be_deleted_again() throws IOException {
    String name = unusedName();
    JobName job = newJob(name).jobName();
    batches().cancelJob(job);
    awaitEnd(job);

    batches().deleteJob(job);

    assertNotFound(() -> batches().job(job));
    assertNotFound(() -> batches().deleteJob(job));
    assertThat(batches().findJob(name, Duration.ZERO)).isEmpty();
  }

  @Test
  void a_job_that_is_not_there_is_not_found_whatever_is_asked_of_it() {
    assertNotFound(() -> batches().job(NOBODYS));
    assertNotFound(() -> batches().jobAfterAWhile(NOBODYS));
    assertNotFound(() -> batches().cancelJob(NOBODYS));
    assertNotFound(() -> batches().deleteJob(NOBODYS));
  }

  @Test
  void a_job_without_its_file_is_refused_and_certainly_not_created() {
    String name = unusedName();

    ServiceFailure failure =
        failureOf(() -> batches().createJob(MODEL, "files/" + unusedName(), name));

    assertThat(failure.isAmbiguous()).isFalse();
    assertThat(failure.isPassing()).isFalse();
    assertThat(batches().findJob(name, UNTIL_LISTED)).isEmpty();
  }

  @Test
  void access_is_checked_by_the_key() {
    batches().checkAccess();
    try (Connection wrong = connect(ApiKey.of("wrong-key", "the test"))) {
      assertThat(failureOf(() -> wrong.batches().checkAccess()).kind()).isEqualTo(Kind.BAD_KEY);
    }
  }

  @Test
  void after_a_stop_every_call_fails_as_interrupted() throws IOException {
    JobName job = job().jobName();
    try (Connection stopped = connect(key())) {
      stopped.stop();

      for (Runnable call :
          List.<Runnable>of(
              () -> stopped.batches().job(job),
              () -> stopped.batches().allJobs(),
              () -> stopped.batches().cancelJob(job),
              () -> stopped.batches().deleteJob(job))) {
        assertThat(failureOf(call)).hasMessage(RetryPolicy.interrupted().getMessage());
      }
    }
    assertThat(batches().job(job).state().isEnded()).as("nothing was done").isFalse();
  }
}
