package dev.geminibatch.answer;

import dev.geminibatch.io.FileNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of a run in the outbox.
 *
 * @param results one line per answered request
 * @param errors one line per request without an answer; not there if there are none
 * @param added lines that came into the input after it was taken; not there if there are none
 * @param report what came in, went out and failed
 * @param page the same for a browser
 */
public record ResultFiles(Path results, Path errors, Path added, Path report, Path page) {
  /**
   * How many bytes the names of a run's files are longer than what they begin with: at most those
   * of results that are kept under a mark, or of settings beside the errors.
   */
  public static final int ROOM = ".yyyymmdd-hhmmss-batch-results.jsonl".length();

  private static final String RESULTS = "-results.jsonl";
  private static final String ERRORS = "-errors.jsonl";
  private static final int MARK_BYTES = ".yyyymmdd-hhmmss".length();

  /**
   * The files of an input {@code x.jsonl} that stand in a folder: {@code x-batch-results.jsonl}.
   */
  public static ResultFiles inFolder(Path folder, String stem) {
    return beside(folder.resolve(stem + "-batch" + RESULTS));
  }

  /**
   * As {@link #inFolder(Path, String)}, under names that the folder takes.
   *
   * @param mark what follows the stem, to keep runs with the same stem apart; may be empty
   */
  public static ResultFiles inFolder(Path folder, String stem, String mark) throws IOException {
    return inFolder(folder, FileNames.fitting(folder, stem, mark.length() + ROOM) + mark);
  }

  /** Whether their folder takes files of these names. */
  public boolean fit() throws IOException {
    Path folder = results.toAbsolutePath().getParent();
    String name = errors.getFileName().toString();
    String stem = name.substring(0, name.length() - ERRORS.length());
    int own = FileNames.bytes(results.getFileName().toString()) - FileNames.bytes(stem);
    int most = Math.max(own + MARK_BYTES, MARK_BYTES + ERRORS.length());
    return FileNames.fitting(folder, stem, most).equals(stem);
  }

  /** The folder for answers in files of their own. */
  public Path answers() {
    String name = results.getFileName().toString();
    return results.resolveSibling(name.replaceFirst("(-batch)?-results[.]jsonl$|[.]jsonl$", ""));
  }

  /** The folder for the answers of each job by themselves. */
  public Path parts() {
    String name = results.getFileName().toString();
    return results.resolveSibling(
        name.endsWith(".jsonl") ? name.substring(0, name.length() - 6) : name + "-parts");
  }

  /** All of them. */
  public List<Path> all() {
    return List.of(results, errors, added, report, page);
  }

  /**
   * The names under which they are kept when others take their places: {@code x.MARK-batch-...}.
   */
  public ResultFiles marked(String mark) {
    return new ResultFiles(
        marked(results, mark),
        marked(errors, mark),
        marked(added, mark),
        marked(report, mark),
        marked(page, mark));
  }

  private static Path marked(Path file, String mark) {
    String name = file.getFileName().toString();
    return file.resolveSibling(
        name.replaceFirst(
            "((-batch)?-(results|errors|added|report))?(\\.[a-z]+)?$", "." + mark + "$1$4"));
  }

  /** The files beside a results file that a person named. */
  public static ResultFiles beside(Path results) {
    String name = results.getFileName().toString();
    String stem =
        name.endsWith(RESULTS)
            ? name.substring(0, name.length() - RESULTS.length())
            : name.endsWith(".jsonl") ? name.substring(0, name.length() - 6) : name;
    return new ResultFiles(
        results,
        results.resolveSibling(stem + ERRORS),
        results.resolveSibling(stem + "-added.jsonl"),
        results.resolveSibling(stem + "-report.json"),
        results.resolveSibling(stem + "-report.html"));
  }
}
