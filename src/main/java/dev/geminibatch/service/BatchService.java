package dev.geminibatch.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The batch jobs of one project with a service.
 *
 * <p>Every method throws {@link ServiceFailure} and nothing else for what the service or the
 * network does. An implementation retries calls that are idempotent, in its one retry policy;
 * {@link #createJob} is sent exactly once. Safe for use by many threads. {@code
 * BatchServiceContract} in the tests says what any implementation must do.
 */
public interface BatchService {
  /** More than any project keeps. */
  int MOST_JOBS = 100_000;

  /**
   * Creates a job. The call is made once and never repeated, because a second call is a second job
   * to pay for.
   *
   * @param model short name, {@code gemini-x} or {@code tunedModels/y}
   * @param inputFile {@code files/...}, the uploaded JSONL
   * @param displayName by which the job is found again if the answer is lost
   * @throws ServiceFailure if {@link ServiceFailure#isAmbiguous}, the job may exist all the same
   */
  RemoteJob createJob(String model, String inputFile, String displayName);

  /**
   * One job.
   *
   * @throws ServiceFailure of kind {@code NOT_FOUND} when this project has no such job
   */
  RemoteJob job(JobName name);

  /** As {@link #job}, after the time it takes for something to have changed. */
  RemoteJob jobAfterAWhile(JobName name);

  /** One page of jobs, in the service's order: the newest first. */
  JobPage jobs(Optional<String> pageToken);

  /** One page of a listing of jobs. */
  record JobPage(List<RemoteJob> jobs, Optional<String> nextPageToken) {}

  /** All jobs of the project, from all pages. */
  default List<RemoteJob> allJobs() {
    List<RemoteJob> jobs = new ArrayList<>();
    PageTokens pages = new PageTokens();
    Optional<String> token = Optional.empty();
    do {
      JobPage answer = jobs(token);
      jobs.addAll(answer.jobs());
      if (jobs.size() > MOST_JOBS) {
        throw new ServiceFailure(
            ServiceFailure.Kind.UNAVAILABLE,
            "ODD_ANSWER",
            "The service lists more than " + MOST_JOBS + " jobs",
            Optional.empty(),
            null);
      }
      token = pages.next(answer.nextPageToken());
    } while (token.isPresent());
    return jobs;
  }

  /**
   * The job with a unique display name, from all pages.
   *
   * @param wait before searching; a new job may show up in listings late
   */
  Optional<RemoteJob> findJob(String displayName, Duration wait);

  /** Asks for a job to be cancelled; it may end otherwise all the same. */
  void cancelJob(JobName name);

  /** Deletes a job that has ended. */
  void deleteJob(JobName name);

  /**
   * Finds out whether the service can be reached with this key, before any work is begun. That the
   * service is in passing trouble is no reason not to begin.
   *
   * @throws ServiceFailure when there is no way to it, or the key is refused
   */
  void checkAccess();
}
