package dev.geminibatch.batch;

import dev.geminibatch.result.Tokens;
import java.time.Instant;
import java.util.Optional;

/**
 * One batch job of a run, as the ledger knows it.
 *
 * @param number counted from 1 within the run
 * @param attempt which attempt at its lines it is
 * @param displayName unique, under which the job is found again if its name was lost
 * @param inputFile {@code files/...} once uploaded
 * @param name {@code batches/...} once created
 * @param remoteState the service's own word for its state
 * @param responsesFile {@code files/...} once the answers are ready
 * @param reason why it has no answers
 * @param cancelAsked whether a person cancelled it here, who does not want it sent again
 */
public record Job(
    String runId,
    int number,
    int attempt,
    String model,
    long requests,
    JobState state,
    String displayName,
    Optional<String> inputFile,
    Optional<String> name,
    Optional<String> remoteState,
    Optional<String> responsesFile,
    Optional<String> reason,
    boolean cancelAsked,
    long answered,
    long failed,
    Tokens tokens,
    Optional<Instant> submitted,
    Optional<Instant> ended) {}
