package dev.geminibatch.job;

import dev.geminibatch.run.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What is kept on disk of a job's requests and answers.
 *
 * @param index where each request came from
 * @param tokens how many each request was estimated to have; missing for jobs of older versions
 * @param formats what the answers should look like; missing if any will do
 * @param refusals requests that the service refused; missing if there are none
 * @param answers as the service gave them; missing if it gave none
 * @param matches where the answer to each request stands
 */
public record JobFiles(
    Path index, Path tokens, Path formats, Path refusals, Path answers, Path matches) {

  /** The files of a job. */
  public static JobFiles of(RunFolder folder, int number) {
    return new JobFiles(
        folder.jobIndex(number),
        folder.jobTokens(number),
        folder.formats(number),
        folder.refusals(number),
        folder.answers(number),
        folder.matches(number));
  }

  /** The line of the first request; empty if there is none. */
  public OptionalLong firstLine() throws IOException {
    try (JobIndex.Reader reader = new JobIndex.Reader(index)) {
      return reader.next().map(entry -> OptionalLong.of(entry.line())).orElse(OptionalLong.empty());
    }
  }

  /** The same job with answers that were fetched once more. */
  public JobFiles withAnswers(Path answers, Path matches) {
    return new JobFiles(index, tokens, formats, refusals, answers, matches);
  }
}
