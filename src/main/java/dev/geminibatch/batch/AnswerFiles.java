package dev.geminibatch.batch;

import dev.geminibatch.result.Answer;
import dev.geminibatch.result.Answer.Answers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes each answer into a file that is named after what was asked about. */
final class AnswerFiles {
  private static final Logger LOG = LoggerFactory.getLogger("deliver");

  private AnswerFiles() {}

  /**
   * Writes the files; those that are there are replaced.
   *
   * @param results where the answers are; their keys are paths below the folder
   * @param ending of the files, {@code .json}
   */
  static void write(Path results, Path folder, String ending) throws IOException {
    try (Answers answers = Answer.read(results)) {
      while (answers.hasNext()) {
        Answer answer = answers.next();
        Path file = folder.resolve(answer.key() + ending).normalize();
        if (!file.startsWith(folder)) {
          LOG.warn("The key {} would lead out of {}; its answer has no file", answer.key(), folder);
          continue;
        }
        write(answer, file);
      }
    }
  }

  /**
   * The answer is in the results as well; a name that the disk does not take is no reason to stop.
   */
  private static void write(Answer answer, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path aside = file.resolveSibling(".answer.part");
    Files.writeString(aside, answer.text());
    try {
      SafeFiles.publish(aside, file);
    } catch (IOException e) {
      Files.deleteIfExists(aside);
      LOG.warn("The answer to {} has no file of its own: {}", answer.key(), e.getMessage());
    }
  }
}
