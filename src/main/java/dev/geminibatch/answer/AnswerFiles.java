package dev.geminibatch.answer;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileMode;
import dev.geminibatch.io.FileNames;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.service.ServiceLimits;
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
   * @param mode than which they must not be wider
   */
  public static void write(Path results, Path folder, String ending, FileMode mode)
      throws IOException {
    try (LineReader lines = LineReader.open(results, ServiceLimits.MAX_ANSWER_BYTES)) {
      while (lines.hasNext()) {
        AnswerLine answer = AnswerLine.read(lines.next().bytes());
        String text = answer.candidate().map(AnswerLine.Candidate::text).orElse("");
        write(answer.key().orElse(""), text, folder, ending, mode);
      }
    }
  }

  /** The longest name that a file system takes is no room for an ending. */
  private static Path named(Path folder, String key, String ending) {
    int slash = key.lastIndexOf('/') + 1;
    String name = FileNames.shortened(key.substring(slash), FileNames.MOST_BYTES - ending.length());
    return folder.resolve(key.substring(0, slash) + name + ending);
  }

  /**
   * The answer is in the results as well; a name that the disk does not take is no reason to stop.
   */
  private static void write(String key, String text, Path folder, String ending, FileMode mode)
      throws IOException {
    Path aside = folder.resolve(".answer.part");
    try {
      Path file = named(folder, key, ending).normalize();
      if (!file.startsWith(folder)) {
        throw new IOException("it would be outside of " + folder);
      }
      Files.createDirectories(file.getParent());
      mode.create(aside);
      Files.writeString(aside, text);
      AtomicFiles.publish(aside, file);
    } catch (IOException | InvalidPathException e) {
      AtomicFiles.discard(aside);
      LOG.warn("The answer to {} has no file of its own: {}", key, e.getMessage());
    }
  }
}
