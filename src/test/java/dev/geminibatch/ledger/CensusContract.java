package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.Census.Enqueued;
import dev.geminibatch.ledger.Census.Hold;
import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.Job;
import dev.geminibatch.testkit.Jobs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Numbers of what is under way; what is finished is not counted. */
abstract class CensusContract extends LedgerContract {
  private List<Census.Runs> countedRuns() {
    return ledger.census().take().runs();
  }

  private List<Census.Jobs> countedJobs() {
    return ledger.census().take().jobs();
  }

  private static Census.Jobs jobs(String state, boolean isStarted, long count) {
    return new Census.Jobs("gemini-x", state, isStarted, count);
  }

  @Test
  void runs_count_by_state_with_the_oldest_of_each() {
    inspected("a.jsonl");
    clock.forward(Duration.ofMinutes(1));
    inspected("b.jsonl");
    submitted("c.jsonl");
    delivered("d.jsonl");
    runs().failed(inspected("e.jsonl"), "why");
    received(newRun("dry.jsonl", true));

    assertThat(countedRuns())
        .containsExactlyInAnyOrder(
            new Census.Runs("INSPECTED", "default", Optional.empty(), Optional.empty(), 2, START),
            new Census.Runs(
                "SUBMITTED",
                "default",
                Optional.empty(),
                Optional.empty(),
                1,
                START.plusSeconds(60)));
  }

  @Test
  void held_runs_count_by_who_holds_them() {
    runs().hold(inspected("a.jsonl"), "for the night");
    ledger.control().pause(inspected("b.jsonl"));
    String guilty = inspected("c.jsonl");
    Strikes strikes = ledger.strikes(new Capacity(1, "1"));
    strikes.stuck(guilty, "It hangs", Duration.ZERO);
    strikes.stuck(guilty, "It hangs", Duration.ZERO);

    assertThat(countedRuns())
        .extracting(Census.Runs::hold)
        .containsExactlyInAnyOrder(
            Optional.of(Hold.ROUTE), Optional.of(Hold.PAUSED), Optional.of(Hold.STRIKES));
  }

  @Test
  void a_run_that_waits_says_for_what() {
    Job job = withJob(received("a.jsonl"));
    runs().queued(job.runId(), queue(1).full("gemini-x", PROJECT));

    assertThat(countedRuns())
        .extracting(Census.Runs::waitsFor)
        .containsExactly(Optional.of("ROOM"));
  }

  @Test
  void jobs_count_by_state_until_they_are_collected_or_their_run_is_over() {
    withJob(received("a.jsonl"));
    withOpenJob(received("b.jsonl"));
    jobs().seen(withOpenJob(received("c.jsonl")), "BATCH_STATE_RUNNING", true);
    jobs().ended(withOpenJob(received("d.jsonl")), "BATCH_STATE_SUCCEEDED", "files/r", null);
    runs().failed(withJob(received("e.jsonl")).runId(), "why");

    assertThat(countedJobs())
        .containsExactlyInAnyOrder(
            jobs("UPLOADED", false, 1),
            jobs("OPEN", false, 1),
            jobs("OPEN", true, 1),
            jobs("ENDED", false, 1));
  }

  @Test
  void a_job_that_runs_share_counts_once_and_its_tokens_are_those_of_all() {
    Job one = withJobs(received("a.jsonl"), 1, Jobs.tokens(1, 10)).get(0);
    Job two = withJobs(received("b.jsonl"), 1, Jobs.tokens(1, 20)).get(0);
    ledger.packs().creating("p", "p [p]", List.of(one, two), PROJECT, "files/p", Jobs.room(90));

    assertThat(countedJobs()).containsExactly(jobs("CREATING", false, 1));
    assertThat(ledger.census().take().enqueued())
        .containsExactly(new Enqueued(PROJECT, "gemini-x", 30));
  }

  @Test
  void what_the_service_has_shown_counts_for_a_day() {
    ledger.limits().accepted(PROJECT, "gemini-x", 100);
    ledger.limits().accepted(PROJECT, "gemini-y", 50);
    ledger.limits().refused(PROJECT, "gemini-y", 70);

    assertThat(ledger.census().take().shown())
        .containsExactlyInAnyOrder(
            new Census.Shown(PROJECT, "gemini-x", 100, OptionalLong.empty()),
            new Census.Shown(PROJECT, "gemini-y", 50, OptionalLong.of(70)));
    clock.forward(Duration.ofHours(25));
    assertThat(ledger.census().take().shown()).isEmpty();
  }
}
