package dev.geminibatch.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.answer.StrayAnswers;
import dev.geminibatch.cost.Cost;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobTimes;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.Sharing;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What came in, went out and failed. {@code requests} is {@code answered} plus {@code failed}. Its
 * form is published as {@code schema/report.schema.json}.
 *
 * @param inputChange what happened to the input after it was taken; absent if nothing did
 * @param answeredBy the run that was paid for, if this one had the same content
 * @param failures requests without an answer by cause
 * @param tokens of all answers that were paid for, those to lines that were sent again included
 * @param delivered empty while the run is not finished
 */
@JsonPropertyOrder({
  "input",
  "run",
  "inputChange",
  "answeredBy",
  "requests",
  "answered",
  "failed",
  "failures",
  "jobs",
  "tokens",
  "cost",
  "uploads",
  "received",
  "delivered"
})
public record Report(
    String input,
    String run,
    @JsonInclude(JsonInclude.Include.NON_NULL) InputChange inputChange,
    String answeredBy,
    long requests,
    long answered,
    long failed,
    Map<String, Long> failures,
    List<JobReport> jobs,
    Tokens tokens,
    Cost cost,
    Uploads uploads,
    String received,
    String delivered) {

  /** Distinct files that were sent for this run, and that were with the service already. */
  public record Uploads(long sent, long reused) {}

  /**
   * One batch job.
   *
   * @param answered its requests that were answered, before others were sent again
   * @param started when it was first seen running
   * @param waitingSeconds from its creation until it was seen running, or over
   * @param runningSeconds from then until it was seen to be over
   * @param shared the job of the service of which these requests are a part; absent if it is all
   *     theirs
   * @param estimatedTokensIn before it was sent; null if it was not estimated
   * @param oddities lines among its answers that answer nothing; null if there are none
   */
  public record JobReport(
      int number,
      int attempt,
      String name,
      String model,
      String state,
      String reason,
      long requests,
      @JsonInclude(JsonInclude.Include.NON_NULL) Sharing shared,
      long answered,
      long failed,
      String submitted,
      String started,
      String ended,
      Long waitingSeconds,
      Long runningSeconds,
      Tokens tokens,
      @JsonInclude(JsonInclude.Include.NON_NULL) Long estimatedTokensIn,
      StrayAnswers oddities) {

    static JobReport of(Job job, Optional<Sharing> sharing, StrayAnswers strayAnswers) {
      JobTimes times = job.times();
      Optional<Instant> waitedUntil = times.started().or(times::ended);
      return new JobReport(
          job.number(),
          job.attempt(),
          job.name().map(JobName::value).orElse(null),
          job.model(),
          job.remote().state().orElse(null),
          job.reason().orElse(null),
          job.requests(),
          sharing.orElse(null),
          job.outcome().answered(),
          job.outcome().failed(),
          text(times.submitted()),
          text(times.started()),
          text(times.ended()),
          seconds(times.submitted(), waitedUntil),
          seconds(times.started(), times.ended()),
          job.outcome().tokens(),
          job.size().tokens() == 0 ? null : job.size().tokens(),
          strayAnswers.count() == 0 ? null : strayAnswers);
    }

    /** From its creation until it was seen running, or over; empty if it was neither. */
    Optional<Duration> waited() {
      return between(submitted, started == null ? ended : started);
    }

    /** From when it was seen running until it was seen to be over. */
    Optional<Duration> ran() {
      return between(started, ended);
    }

    private static Optional<Duration> between(String from, String to) {
      return from == null || to == null
          ? Optional.empty()
          : Optional.of(Duration.between(Instant.parse(from), Instant.parse(to)));
    }

    /** What a person calls it: its name with the service, or before it has one, its number. */
    String shownName() {
      return name == null ? "job " + number : name;
    }

    /** Its state in words; empty before it has one. */
    String stateWords() {
      return state == null ? "" : RemoteJobState.words(state);
    }
  }

  /** Tokens in as estimated for all jobs that have counts; empty if one was not estimated. */
  Optional<Long> estimatedTokensIn() {
    List<JobReport> counted = jobs.stream().filter(job -> job.tokens().in() > 0).toList();
    return counted.isEmpty() || counted.stream().anyMatch(job -> job.estimatedTokensIn() == null)
        ? Optional.empty()
        : Optional.of(counted.stream().mapToLong(JobReport::estimatedTokensIn).sum());
  }

  private static String text(Optional<Instant> time) {
    return time.map(instant -> instant.truncatedTo(ChronoUnit.MILLIS).toString()).orElse(null);
  }

  private static Long seconds(Optional<Instant> from, Optional<Instant> to) {
    return from.isPresent() && to.isPresent()
        ? Duration.between(from.get(), to.get()).toSeconds()
        : null;
  }

  /**
   * The report of what was fetched of a job whose run is unknown or long over.
   *
   * @param input whose requests these are
   * @param sharing of the job, if they are not all that it has
   */
  public static Report ofJob(
      RemoteJob status,
      String input,
      Optional<Sharing> sharing,
      ResultWriter.Outcome outcome,
      Prices prices,
      Instant delivered) {
    JobReport job =
        new JobReport(
            1,
            1,
            status.name(),
            status.model(),
            status.stateText(),
            status.error().map(RemoteJob.ServiceError::message).orElse(null),
            outcome.requests(),
            sharing.orElse(null),
            outcome.answered(),
            outcome.failed(),
            text(status.created()),
            null,
            text(status.ended()),
            null,
            null,
            outcome.tokens(),
            null,
            null);
    return new Report(
        input,
        null,
        null,
        null,
        outcome.requests(),
        outcome.answered(),
        outcome.failed(),
        outcome.failuresByCode(),
        List.of(job),
        outcome.tokens(),
        prices.cost(Map.of(status.model(), outcome.tokens())),
        new Uploads(0, 0),
        text(status.created()),
        text(Optional.of(delivered)));
  }

  /**
   * The report of a run.
   *
   * @param jobs of the run that was paid for
   * @param sharing of a job
   * @param strayAnswers of a job
   */
  static Report of(
      Run run,
      List<Job> jobs,
      Function<Job, Optional<Sharing>> sharing,
      Function<Job, StrayAnswers> strayAnswers,
      ResultWriter.Outcome outcome,
      Prices prices,
      Optional<InputChange> change,
      Optional<Instant> delivered) {
    Map<String, Tokens> tokens = new HashMap<>();
    jobs.forEach(job -> tokens.merge(job.model(), job.outcome().tokens(), Tokens::plus));
    return new Report(
        run.name(),
        run.id(),
        change.orElse(null),
        run.leader().orElse(null),
        outcome.requests(),
        outcome.answered(),
        outcome.failed(),
        outcome.failuresByCode(),
        jobs.stream()
            .map(job -> JobReport.of(job, sharing.apply(job), strayAnswers.apply(job)))
            .toList(),
        tokens.values().stream().reduce(Tokens.NONE, Tokens::plus),
        prices.cost(run.leader().isPresent() ? Map.of() : tokens), // paid for by the leader
        new Uploads(run.counts().uploadsNew(), run.counts().uploadsReused()),
        text(Optional.of(run.created())),
        text(delivered));
  }
}
