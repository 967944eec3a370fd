package dev.geminibatch.extension;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.io.Sha256;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

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

  /** All its files; the results are the last, as in the outbox. */
  public List<File> files() {
    return Stream.of(errors, report, results).filter(Objects::nonNull).map(File::new).toList();
  }

  /** What the names of its results begin with, which no other run has in that folder. */
  public String stem() {
    return cleaned(rawStem());
  }

  /** The name of the file with the answers. */
  public String fileName() {
    return stem() + file().getName().substring(rawStem().length());
  }

  private String rawStem() {
    return ResultFiles.beside(Path.of(results)).answers().getFileName().toString();
  }

  /** Camel takes a backslash for the end of a folder's name, on every system. */
  private static String cleaned(String name) {
    return name.indexOf('\\') < 0
        ? name
        : name.replace('\\', '_') + "~" + Sha256.hex(name.getBytes(UTF_8)).substring(0, 8);
  }
}
