package dev.geminibatch.window;

import dev.geminibatch.cost.Cost;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Sharing;
import dev.geminibatch.service.Tokens;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * All that a run's page has besides the state of the run.
 *
 * @param story what has happened to it
 * @param jobs all of them
 * @param tokens of all jobs
 * @param forecast what it would cost, from before anything was sent
 * @param cost so far
 * @param mostCost above which it is not sent
 * @param files that are in the outbox
 * @param whyNoFiles why none can be had; empty if some can
 */
record RunDetails(
    List<RunStory.Moment> story,
    List<JobRow> jobs,
    Tokens tokens,
    Optional<Cost> forecast,
    Optional<Cost> cost,
    Optional<BigDecimal> mostCost,
    FailureGroups failures,
    List<Outbox.Found> files,
    String whyNoFiles) {
  private static final int MOST_JOBS = 200;

  /** A time for a person. */
  static String shown(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ').replace("Z", " UTC");
  }

  /** As many jobs as a page shows. */
  List<JobRow> shownJobs() {
    return jobs.stream().limit(MOST_JOBS).toList();
  }

  /** How many more there are. */
  int moreJobs() {
    return Math.max(0, jobs.size() - MOST_JOBS);
  }

  /** One of its jobs, which it may share with other runs. */
  record JobRow(Job job, Optional<Sharing> sharing) {
    String state() {
      return StatusView.state(job).replace('_', ' ');
    }

    /** Percent of its requests whose outcome is known. */
    int done() {
      return RunRow.percent(job.outcome().answered() + job.outcome().failed(), job.requests());
    }

    /** From its creation until it was seen running, or over; empty before that. */
    String waited() {
      return time(job.times().submitted(), job.times().started().or(() -> job.times().ended()));
    }

    /** From then until it was seen to be over; empty before that. */
    String ran() {
      return time(job.times().started(), job.times().ended());
    }

    private static String time(Optional<Instant> from, Optional<Instant> to) {
      return from.isPresent() && to.isPresent()
          ? Amounts.time(Duration.between(from.get(), to.get()))
          : "";
    }
  }
}
