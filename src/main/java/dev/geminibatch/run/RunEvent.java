package dev.geminibatch.run;

import dev.geminibatch.service.Tokens;
import java.util.Map;

/**
 * Something that has happened to a run, once the ledger knows. What is done again because it was
 * interrupted is said again only if the ledger did not know.
 */
public sealed interface RunEvent {
  /** Its input was taken. */
  record Received(Run run) implements RunEvent {}

  /**
   * Its lines have been counted.
   *
   * @param run as it was before
   * @param requests lines that are not blank
   */
  record Inspected(Run run, long requests) implements RunEvent {}

  /**
   * A file has arrived at the service.
   *
   * @param isJob whether it holds the requests of a job; otherwise a line names it
   */
  record Uploaded(boolean isJob, long bytes) implements RunEvent {}

  /** So many files were with the service already. */
  record Reused(long files) implements RunEvent {}

  /** The service has created a job. */
  record JobCreated(String model) implements RunEvent {}

  /** The answers of a job, as far as there are any, have been fetched. */
  record Collected(Job job, Tokens tokens) implements RunEvent {}

  /**
   * Its results are in the outbox.
   *
   * @param failures requests without an answer, by problem code
   */
  record Delivered(Run run, long answered, Map<String, Long> failures) implements RunEvent {}

  /** Nothing of it can be delivered. */
  record Failed(Run run) implements RunEvent {}
}
