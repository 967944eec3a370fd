package dev.geminibatch.batch;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.geminibatch.gemini.BatchStatus;
import dev.geminibatch.result.ResultWriter;
import dev.geminibatch.result.Tokens;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * What came in, went out and failed. {@code requests} is {@code answered} plus {@code failed}.
 *
 * @param answeredBy the run that was paid for, if this one had the same content
 * @param failures requests without an answer by cause
 */
@JsonPropertyOrder({
  "input",
  "run",
  "answeredBy",
  "requests",
  "answered",
  "failed",
  "failures",
  "jobs",
  "tokens",
  "uploads",
  "received",
  "delivered"
})
public record Report(
    String input,
    String run,
    String answeredBy,
    long requests,
    long answered,
    long failed,
    Map<String, Long> failures,
    List<JobReport> jobs,
    Tokens tokens,
    Uploads uploads,
    String received,
    String delivered) {

  /** Distinct files that were sent for this run, and that were with the service already. */
  public record Uploads(long sent, long reused) {}

  /** One batch job. */
  public record JobReport(
      int number,
      int attempt,
      String name,
      String model,
      String state,
      String reason,
      long requests,
      long answered,
      long failed,
      String submitted,
      String ended) {

    static JobReport of(Job job) {
      return new JobReport(
          job.number(),
          job.attempt(),
          job.name().orElse(null),
          job.model(),
          job.remoteState().orElse(null),
          job.reason().orElse(null),
          job.requests(),
          job.answered(),
          job.failed(),
          job.submitted().map(Instant::toString).orElse(null),
          job.ended().map(Instant::toString).orElse(null));
    }
  }

  /** The report of a single job whose run is unknown or long over. */
  static Report ofJob(BatchStatus status, ResultWriter.Outcome outcome, Instant delivered) {
    JobReport job =
        new JobReport(
            1,
            1,
            status.name(),
            status.model(),
            status.stateText(),
            status.error().map(BatchStatus.ServiceError::message).orElse(null),
            outcome.answered() + outcome.failed(),
            outcome.answered(),
            outcome.failed(),
            status.created().map(Instant::toString).orElse(null),
            status.ended().map(Instant::toString).orElse(null));
    return new Report(
        status.displayName(),
        null,
        null,
        outcome.answered() + outcome.failed(),
        outcome.answered(),
        outcome.failed(),
        outcome.failuresByCode(),
        List.of(job),
        outcome.tokens(),
        new Uploads(0, 0),
        status.created().map(Instant::toString).orElse(null),
        delivered.truncatedTo(ChronoUnit.MILLIS).toString());
  }

  /**
   * The report of a run.
   *
   * @param jobs of the run that was paid for
   */
  public static Report of(
      Run run, List<Job> jobs, ResultWriter.Outcome outcome, Instant delivered) {
    return new Report(
        run.name(),
        run.id(),
        run.leader().orElse(null),
        outcome.answered() + outcome.failed(),
        outcome.answered(),
        outcome.failed(),
        outcome.failuresByCode(),
        jobs.stream().map(JobReport::of).toList(),
        jobs.stream().map(Job::tokens).reduce(Tokens.NONE, Tokens::plus),
        new Uploads(run.counts().uploadsNew(), run.counts().uploadsReused()),
        run.created().toString(),
        delivered.truncatedTo(ChronoUnit.MILLIS).toString());
  }
}
