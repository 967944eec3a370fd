package dev.geminibatch.extension;

import dev.geminibatch.answer.ResultFiles;
import java.io.File;
import java.nio.file.Path;

/**
 * What routes get of a run whose results are in the outbox.
 *
 * @param run its id
 * @param name the input's file name
 * @param profile whose settings it went by
 * @param inbox the folder where it was dropped, or files of its profile are
 * @param folder where its results are
 * @param results path of the file with the answers
 * @param errors path of the file with the requests that have none, or null
 * @param report path of the report
 * @param requests how many there were
 * @param answered how many of them have an answer
 */
public record Delivery(
    String run,
    String name,
    String profile,
    String inbox,
    String folder,
    String results,
    String errors,
    String report,
    long requests,
    long answered) {

  /** The file with the answers itself: as text, Camel would put what is in it. */
  public File file() {
    return new File(results);
  }

  /** What the names of its results begin with, which no other run has in that folder. */
  public String stem() {
    String name = ResultFiles.beside(Path.of(results)).answers().getFileName().toString();
    return name.replace('\\', '_'); // Camel takes it for the separator of folders
  }
}
