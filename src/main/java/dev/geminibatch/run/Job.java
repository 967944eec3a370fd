package dev.geminibatch.run;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.Tokens;
import java.util.Optional;

/**
 * One batch job of a run, as the ledger knows it.
 *
 * @param number counted from 1 within the run
 * @param attempt which attempt at its lines it is
 * @param displayName unique, under which the job is found again if its name was lost
 * @param creation counts how often it was created, because of jobs that the service ended at once
 * @param cancelAsked whether a person cancelled it here, who does not want it sent again
 */
public record Job(
    String runId,
    int number,
    int attempt,
    String model,
    Size size,
    JobState state,
    String displayName,
    int creation,
    boolean cancelAsked,
    Remote remote,
    Outcome outcome,
    JobTimes times) {

  /**
   * How much it asks for.
   *
   * @param estimated input tokens, as estimated
   * @param tokens the same in all, corrected by what the service has counted before; this is what
   *     is compared with limits
   */
  public record Size(long requests, TokensByKind estimated, long tokens) {
    /** A job may be that much larger than planned, in percent, before it is cut for it. */
    private static final long TOLERANCE = 150;

    /** Whether a job is cut before it is sent, where one should have so many tokens at the most. */
    public boolean isCutFor(long perJob) {
      return requests > 1 && tokens > perJob / 100.0 * TOLERANCE;
    }

    /** The tokens that it needs room for at first: its own, or those of the first of its pieces. */
    public long firstTokens(long perJob) {
      return isCutFor(perJob) ? perJob : tokens;
    }
  }

  /**
   * What is known of it with the service.
   *
   * @param pack the jobs of several runs with which it is one job to the service, and moves
   * @param packMost how many jobs its next pack may have, after one was refused; 1 sends it alone
   * @param project that it was sent to; with the key of another the service does not know it
   * @param inputFile {@code files/...} once uploaded
   * @param name {@code batches/...} once created
   * @param state the service's own word for its state, or ours for how it ended without one
   * @param responsesFile {@code files/...} once the answers are ready; {@code batches/...} if they
   *     are inside the job's description
   * @param reason why it has no answers
   * @param done how far it is by the service's own counts, if it says; unknown of a pack
   */
  public record Remote(
      Optional<String> pack,
      Optional<Integer> packMost,
      Optional<ProjectId> project,
      Optional<String> inputFile,
      Optional<JobName> name,
      Optional<String> state,
      Optional<String> responsesFile,
      Optional<String> reason,
      Optional<Done> done) {
    /** The service does not know of it. */
    public static final Remote NONE =
        new Remote(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  /** Requests that the service says to be done with, while the job runs. */
  public record Done(long answered, long failed) {
    /**
     * What the service says of a job.
     *
     * @param requests of the job
     * @return empty if that is none yet, or cannot be
     */
    public static Optional<Done> of(RemoteJob.Counts counts, long requests) {
      long answered = counts.succeeded();
      long failed = counts.failed();
      boolean isPossible =
          answered >= 0 && failed >= 0 && answered <= requests && failed <= requests - answered;
      return isPossible && answered + failed > 0
          ? Optional.of(new Done(answered, failed))
          : Optional.empty();
    }
  }

  /** What its answers came to, once collected. */
  public record Outcome(long answered, long failed, Tokens tokens) {
    static final Outcome NONE = new Outcome(0, 0, Tokens.NONE);
  }

  /** A job whose file is on disk. */
  public static Job assembled(Run run, int number, String model, Size size, String displayName) {
    return new Job(
        run.id(),
        number,
        run.attempt(),
        model,
        size,
        JobState.ASSEMBLED,
        displayName,
        1,
        false,
        Remote.NONE,
        Outcome.NONE,
        JobTimes.NONE);
  }

  /**
   * A pack as one job: this one of its jobs, with the size of all.
   *
   * @param isUnwanted whether a person has cancelled every one of them
   */
  public Job asPack(long allRequests, long allTokens, boolean isUnwanted) {
    return new Job(
        runId,
        number,
        attempt,
        model,
        new Size(allRequests, TokensByKind.NONE, allTokens),
        state,
        displayName,
        creation,
        isUnwanted,
        remote,
        outcome,
        times);
  }

  public long requests() {
    return size.requests();
  }

  public Optional<JobName> name() {
    return remote.name();
  }

  public Optional<String> inputFile() {
    return remote.inputFile();
  }

  public Optional<String> responsesFile() {
    return remote.responsesFile();
  }

  public Optional<String> reason() {
    return remote.reason();
  }

  /** What it is called in the story of its run, which names it in full when it is created. */
  public String label() {
    return "job " + number;
  }

  /** Its name with the service; before it has one, its number. */
  public String shownName() {
    return name().map(JobName::value).orElse(label());
  }

  /** Whether a service that does not know it must be believed: it was asked with the same key. */
  public boolean isOf(ProjectId project) {
    return remote.project().equals(Optional.of(project));
  }

  /** The display name for one more creation of the same job, unique again. */
  public String displayName(int creation) {
    return displayName.replaceFirst("(-\\d+)?\\]$", "-" + creation + "]");
  }

  /** A part of this job, which was not sent, as a job of its own. */
  public Job piece(int itsNumber, Size itsSize) {
    return new Job(
        runId,
        itsNumber,
        attempt,
        model,
        itsSize,
        JobState.ASSEMBLED,
        displayName.replaceFirst("\\d+(-\\d+)?\\]$", itsNumber + "]"),
        creation,
        false,
        Remote.NONE,
        Outcome.NONE,
        JobTimes.NONE);
  }

  /** Says that the service does not know the job under the present key. */
  public UsageException madeWithAnotherKey() {
    return new UsageException(
        name().map(JobName::value).orElse("Job " + number)
            + " was sent with another API key, and the present one does not see it. Start with the"
            + " key of its project; nothing of it is lost until the service deletes its answers.");
  }
}
