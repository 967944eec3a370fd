package dev.geminibatch.answer;

import dev.geminibatch.extension.Answer;
import dev.geminibatch.extension.Answer.Answers;
import dev.geminibatch.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes each answer into a file that is named after what was asked about. */
public final class AnswerFiles {
  private static final Logger LOG = LoggerFactory.getLogger("deliver");

  private AnswerFiles() {}

  /**
   * Writes the files; those that are there are replaced.
   *
   * @param results where the answers are; their keys are paths below the folder
   * @param ending of the files, {@code .json}
   */
  public static void write(Path results, Path folder, String ending) throws IOException {
    try (Answers answers = Answer.read(results)) {
      while (answers.hasNext()) {
        write(answers.next(), folder, ending);
      }
    }
  }

  /**
   * The answer is in the results as well; a name that the disk does not take is no reason to stop.
   */
  private static void write(Answer answer, Path folder, String ending) throws IOException {
    Path aside = folder.resolve(".answer.part");
    try {
      Path file = folder.resolve(answer.key() + ending).normalize();
      if (!file.startsWith(folder)) {
        throw new IOException("it would be outside of " + folder);
      }
      Files.createDirectories(file.getParent());
      Files.writeString(aside, answer.text());
      AtomicFiles.publish(aside, file);
    } catch (IOException | InvalidPathException e) {
      Files.deleteIfExists(aside);
      LOG.warn("The answer to {} has no file of its own: {}", answer.key(), e.getMessage());
    }
  }
}
