package dev.geminibatch.run;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.Tokens;
import java.time.Instant;
import java.util.Optional;

/**
 * One batch job of a run, as the ledger knows it.
 *
 * @param number counted from 1 within the run
 * @param attempt which attempt at its lines it is
 * @param displayName unique, under which the job is found again if its name was lost
 * @param project fingerprint of the key it was sent with; with another key the service may not know
 *     it
 * @param inputFile {@code files/...} once uploaded
 * @param name {@code batches/...} once created
 * @param remoteState the service's own word for its state
 * @param responsesFile {@code files/...} once the answers are ready
 * @param reason why it has no answers
 * @param cancelAsked whether a person cancelled it here, who does not want it sent again
 * @param creation counts how often it was created, because of jobs that the service ended at once
 * @param creating when the call to create it was begun
 * @param started when it was first seen running
 * @param givenUp when the service was asked to cancel it because it hangs
 */
public record Job(
    String runId,
    int number,
    int attempt,
    String model,
    long requests,
    JobState state,
    String displayName,
    Optional<String> project,
    Optional<String> inputFile,
    Optional<String> name,
    Optional<String> remoteState,
    Optional<String> responsesFile,
    Optional<String> reason,
    boolean cancelAsked,
    int creation,
    long answered,
    long failed,
    Tokens tokens,
    Optional<Instant> creating,
    Optional<Instant> givenUp,
    Optional<Instant> submitted,
    Optional<Instant> started,
    Optional<Instant> ended) {

  /** Whether a service that does not know it must be believed: it was asked with the same key. */
  public boolean isOf(String project) {
    return this.project.equals(Optional.of(project));
  }

  /** The display name for one more creation of the same job, unique again. */
  public String displayName(int creation) {
    return displayName.replaceFirst("(-\\d+)?\\]$", "-" + creation + "]");
  }

  /** Says that the service does not know the job under the present key. */
  public UsageException madeWithAnotherKey() {
    return new UsageException(
        name.orElse("Job " + number)
            + " was sent with another API key, and the present one does not see it. Start with the"
            + " key of its project; nothing of it is lost until the service deletes its answers.");
  }
}
