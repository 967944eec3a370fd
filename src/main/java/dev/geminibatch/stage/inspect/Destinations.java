package dev.geminibatch.stage.inspect;

import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.io.Folders;
import dev.geminibatch.io.Visible;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.Run;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the files of a run will be written: known to be possible before anything is paid. */
final class Destinations {
  private static final Logger LOG = LoggerFactory.getLogger("inspect");

  private Destinations() {}

  /**
   * Tries the names that the results and the input will have.
   *
   * @throws IOException when a folder takes no files; then the run waits
   */
  static void check(Run run, Settings.Folders folders) throws IOException {
    if (!run.fromInbox()) {
      checkWritable(run.output().orElseThrow().toAbsolutePath().getParent(), "--output");
      return; // its names are the person's own, and were tried when they were given
    }
    checkWritable(folders.outbox(), "outbox.directory");
    checkWritable(folders.archive(), "archive.directory");
    checkWritable(folders.failed(), "failed.directory");
    ResultFiles files = ResultFiles.inFolder(folders.outbox(), run.stem(), "");
    InputArchive.name(folders.failed(), run); // only tried: the run may fail later
    String archived = InputArchive.name(folders.archive(), run);
    if (!files.equals(ResultFiles.inFolder(folders.outbox(), run.stem()))) {
      LOG.warn(
          "{}: its name is too long for the outbox, or has characters that it does not take; its"
              + " answers will be in {}",
          Visible.line(run.name()),
          files.results().getFileName());
    } else if (!archived.equals(run.name())) {
      LOG.warn("{}: it will be archived as {}", Visible.line(run.name()), archived);
    }
  }

  private static void checkWritable(Path folder, String key) throws IOException {
    Folders.make(folder);
    if (!Files.isWritable(folder)) {
      throw new IOException(
          folder + " (" + key + ") cannot be written to; let this program's user write there");
    }
  }
}
