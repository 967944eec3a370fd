package dev.geminibatch.service;

import java.time.Instant;
import java.util.Optional;

/**
 * A batch job as the service describes it.
 *
 * @param name {@code batches/...}; empty when the answer had none
 * @param stateText the state in the service's own words
 * @param inlined whether the answers are inside the job's description instead of a file
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
    boolean inlined) {

  /** Requests of a job by outcome; the service leaves out zeroes. */
  public record Counts(long requests, long succeeded, long failed, long pending) {}

  /** The service's reason for a failure, as google.rpc.Status. */
  public record ServiceError(int code, String message) {
    /** The canonical name of the code, {@code RESOURCE_EXHAUSTED} for 8. */
    public String status() {
      return RpcCode.name(code);
    }
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
