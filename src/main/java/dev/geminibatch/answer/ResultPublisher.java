package dev.geminibatch.answer;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileMode;
import dev.geminibatch.io.Forcing;
import dev.geminibatch.io.LazyOutput;
import dev.geminibatch.io.SyncedOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the files of a run their names once all of them are written aside. The results appear last,
 * so that whoever waits for them finds the others there.
 */
public final class ResultPublisher {
  private static final Logger LOG = LoggerFactory.getLogger("deliver");
  private static final DateTimeFormatter MARK = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  private final ResultFiles files;
  private final String id;
  private final FileMode mode;

  /**
   * Publishes nothing yet.
   *
   * @param id of the run or job, which is in the names of the files while they are written
   * @param mode than which the files must not be wider
   */
  public ResultPublisher(ResultFiles files, String id, FileMode mode) {
    this.files = files;
    this.id = id;
    this.mode = mode;
  }

  /** Begins one of the files where it is written first. */
  public Path begin(Path aside) throws IOException {
    mode.create(aside);
    return aside;
  }

  /** Begins one of the files with the first byte that is written into it. */
  public OutputStream beginLater(Path aside) throws IOException {
    return new LazyOutput(aside, file -> new SyncedOutput(begin(file)));
  }

  /** Where the results are written first. */
  public Path results() {
    return AtomicFiles.aside(files.results(), id);
  }

  /** Where the errors are written first. */
  public Path errors() {
    return AtomicFiles.aside(files.errors(), id);
  }

  /** Where lines that came later are written first, if there are any. */
  public Path added() {
    return AtomicFiles.aside(files.added(), id);
  }

  /** Where the report is written first. */
  public Path report() {
    return AtomicFiles.aside(files.report(), id);
  }

  /** Where the page is written first, if there is to be one. */
  public Path page() {
    return AtomicFiles.aside(files.page(), id);
  }

  /** Puts a copy of a file beside them. */
  public void copy(Path source, Path target) throws IOException {
    Path aside = begin(AtomicFiles.aside(target, id));
    try (OutputStream out = Files.newOutputStream(aside, StandardOpenOption.WRITE)) {
      Files.copy(source, out);
    }
    AtomicFiles.publish(aside, target);
  }

  /**
   * Gives the written files their names, the results last. Once it returns, all of it is on the
   * disk. The folder is forced once: after a power failure before that, the run is delivered again,
   * and whatever has its name by then is a whole file.
   *
   * @param hasErrors whether the errors file is not empty
   */
  public void publish(boolean hasErrors) throws IOException {
    keepEarlier();
    // Errors and added lines are on the disk since they were closed; see SyncedOutput.
    boolean hasPage = Files.exists(page());
    Forcing.all(hasPage ? List.of(results(), report(), page()) : List.of(results(), report()));
    if (hasErrors) {
      AtomicFiles.rename(errors(), files.errors());
    } else {
      AtomicFiles.deleteIfThere(errors());
      AtomicFiles.deleteIfThere(files.errors()); // of an earlier delivery of the same results
    }
    if (Files.exists(added())) {
      AtomicFiles.rename(added(), files.added());
    } else {
      AtomicFiles.deleteIfThere(files.added());
    }
    AtomicFiles.rename(report(), files.report());
    if (hasPage) {
      AtomicFiles.rename(page(), files.page());
    }
    AtomicFiles.rename(results(), files.results());
    Forcing.sharedFolder(files.results().toAbsolutePath().getParent());
  }

  /** Answers of something else under the same name were paid for, too. */
  private void keepEarlier() throws IOException {
    if (!Files.exists(files.results()) || Files.mismatch(results(), files.results()) < 0) {
      return;
    }
    String mark =
        MARK.format(
            Files.getLastModifiedTime(files.results()).toInstant().atOffset(ZoneOffset.UTC));
    ResultFiles kept = files.marked(mark);
    for (int i = 0; i < files.all().size(); i++) {
      if (Files.exists(files.all().get(i))) {
        AtomicFiles.move(files.all().get(i), kept.all().get(i));
      }
    }
    LOG.warn("{} was there already and is kept as {}", files.results(), kept.results());
  }

  /** Removes what is written aside: on a full disk it would take the room that somebody makes. */
  public void discard() throws IOException {
    for (Path file : files.all()) {
      AtomicFiles.discard(AtomicFiles.aside(file, id));
    }
  }
}
