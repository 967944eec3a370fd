package dev.geminibatch.job;

import java.nio.file.Path;

/**
 * What is kept on disk of a job's requests and answers.
 *
 * @param index where each request came from
 * @param formats what the answers should look like; missing if any will do
 * @param refusals requests that the service refused; missing if there are none
 * @param answers as the service gave them; missing if it gave none
 * @param matches where the answer to each request stands
 */
public record JobFiles(Path index, Path formats, Path refusals, Path answers, Path matches) {

  /** The same job with answers that were fetched once more. */
  public JobFiles withAnswers(Path answers, Path matches) {
    return new JobFiles(index, formats, refusals, answers, matches);
  }
}
