package dev.geminibatch.service;

import java.time.Instant;
import java.util.Optional;

/**
 * A batch job as the service describes it.
 *
 * @param name {@code batches/...}; empty when the answer had none
 * @param state how far it is by everything that its description says: a job that is done with
 *     answers has succeeded, whatever the word for its state
 * @param stateText the state in the service's own words, unless it contradicts the rest
 * @param done whether the service says that nothing more will happen, whatever the state
 * @param responsesFile the file with the answers
 * @param inlined whether there are answers inside the job's description
 */
public record RemoteJob(
    String name,
    String displayName,
    String model,
    RemoteJobState state,
    String stateText,
    Optional<Instant> created,
    Optional<Instant> ended,
    Counts counts,
    Optional<String> responsesFile,
    Optional<ServiceError> error,
    boolean inlined,
    boolean done) {

  /** Requests of a job by outcome; the service leaves out zeroes. */
  public record Counts(long requests, long succeeded, long failed, long pending) {}

  /**
   * The service's reason for a failure, as google.rpc.Status.
   *
   * @param details what else it says, as JSON; empty if nothing
   */
  public record ServiceError(int code, String message, String details) {
    /** The canonical name of the code, {@code RESOURCE_EXHAUSTED} for 8. */
    public String status() {
      return RpcCode.name(code);
    }
  }

  /** Whether nothing more will happen to the job. */
  public boolean isEnded() {
    return done || state.isEnded();
  }

  /**
   * Where the answers are: {@code files/...}, or the job itself, {@code batches/...}; {@link
   * FileService#download} takes both.
   */
  public Optional<String> answers() {
    return responsesFile.or(() -> inlined ? Optional.of(name) : Optional.empty());
  }

  /** Whether it is over and nothing says why there are no answers: they may be named later. */
  public boolean isUnexplained() {
    return isEnded()
        && answers().isEmpty()
        && error.isEmpty()
        && (state == RemoteJobState.SUCCEEDED || !state.isEnded());
  }

  /** Why it has failed, beginning with the service's name for the code. */
  public String reason() {
    return error
        .map(error -> error.status() + ": " + error.message())
        .orElse("the service gave no reason");
  }

  /** The state in one word, as {@code --state} takes it where this version knows it. */
  public String stateWord() {
    return RemoteJobState.word(stateText);
  }

  /** The state in a person's words: {@code running}. */
  public String stateWords() {
    return RemoteJobState.words(stateText);
  }

  /** The job's name. */
  public JobName jobName() {
    return new JobName(name);
  }
}
