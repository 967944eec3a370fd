package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.RunCosts.Page;
import dev.geminibatch.ledger.RunCosts.Used;
import dev.geminibatch.ledger.RunList.Place;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Jobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What each run has used. */
abstract class RunCostsContract extends LedgerContract {
  private static final Tokens EACH = new Tokens(1, 2, 3, 4);

  private void collected(Job job) {
    jobs().ended(job, "BATCH_STATE_SUCCEEDED", "files/x", null);
    jobs().collected(job, 1, 0, EACH);
  }

  @Test
  void the_tokens_of_all_jobs_of_a_run_are_added_by_model() {
    String run = received("a.jsonl");
    List<Job> jobs = withJobs(run, 3, Jobs.requests(1));
    collected(jobs.get(0));
    collected(jobs.get(2));
    String none = received("b.jsonl");
    received(newRun("dry.jsonl", true));

    Page page = ledger.costs().page(Place.BEGINNING, 9);

    assertThat(page)
        .isEqualTo(
            new Page(
                List.of(
                    new Used(none, "b.jsonl", "default", RunState.RECEIVED, START, Map.of()),
                    new Used(
                        run,
                        "a.jsonl",
                        "default",
                        RunState.ASSEMBLED,
                        START,
                        Map.of("gemini-x", EACH.plus(EACH)))),
                Optional.empty()));
  }

  @Test
  void pages_follow_each_other_without_a_gap() {
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      newestFirst.add(0, received(i + ".jsonl"));
      withJobs(newestFirst.get(0), i % 3 + 1, Jobs.requests(1));
      clock.forward(Duration.ofMillis(i % 3 == 0 ? 1 : 0));
    }

    for (int most = 1; most <= 11; most++) {
      List<String> ids = new ArrayList<>();
      Optional<Place> place = Optional.of(Place.BEGINNING);
      while (place.isPresent()) {
        Page page = ledger.costs().page(place.get(), most);
        assertThat(page.runs()).hasSizeLessThanOrEqualTo(most);
        page.runs().forEach(run -> ids.add(run.runId()));
        place = page.next();
      }
      assertThat(ids).isEqualTo(newestFirst);
    }
  }
}
