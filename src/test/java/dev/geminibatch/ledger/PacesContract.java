package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.ModelPace;
import dev.geminibatch.service.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long jobs take. */
abstract class PacesContract extends LedgerContract {
  private void takes(String name, Duration time) {
    Job job = withOpenJob(received(name));
    runs().submitted(job.runId());
    clock.forward(time);
    jobs().ended(job, "BATCH_STATE_SUCCEEDED", "files/x", null);
    jobs().collected(job, 1, 0, Tokens.NONE);
  }

  @Test
  void a_pace_is_known_of_jobs_that_ended_in_the_last_day() {
    takes("long ago.jsonl", Duration.ofHours(9));
    clock.forward(Duration.ofDays(1));
    takes("slow.jsonl", Duration.ofMinutes(30));
    takes("fast.jsonl", Duration.ofMinutes(10));

    assertThat(ledger.paces().ended())
        .isEqualTo(
            Map.of(
                "gemini-x",
                new ModelPace(
                    "gemini-x", List.of(Duration.ofMinutes(10), Duration.ofMinutes(30)))));
  }

  @Test
  void open_jobs_come_the_oldest_first() {
    withOpenJob(received("a.jsonl"));
    clock.forward(Duration.ofMinutes(1));
    withOpenJob(received("b.jsonl"));
    withJob(received("c.jsonl"));

    assertThat(ledger.paces().open())
        .containsExactly(
            new Paces.Open("gemini-x", START), new Paces.Open("gemini-x", START.plusSeconds(60)));
  }
}
