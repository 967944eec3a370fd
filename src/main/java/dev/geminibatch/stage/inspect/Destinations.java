package dev.geminibatch.stage.inspect;

import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.io.FileNames;
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
      makeWritable(run.output().orElseThrow().toAbsolutePath().getParent(), "--output");
      return; // its names are the person's own, and were tried when they were given
    }
    makeWritable(folders.outbox(), "outbox.directory");
    makeWritable(folders.archive(), "archive.directory");
    makeWritable(folders.failed(), "failed.directory");
    ResultFiles files = ResultFiles.inFolder(folders.outbox(), run.stem(), "");
    InputArchive.name(folders.failed(), run);
    String archived = InputArchive.name(folders.archive(), run);
    if (!files.equals(ResultFiles.inFolder(folders.outbox(), run.stem()))) {
      LOG.warn(
          "{}: the outbox does not take files with so long a name; its answers will be in {}",
          FileNames.shown(run.name()),
          files.results().getFileName());
    } else if (!archived.equals(run.name())) {
      LOG.warn("{}: it will be archived as {}", FileNames.shown(run.name()), archived);
    }
  }

  private static void makeWritable(Path folder, String key) throws IOException {
    Files.createDirectories(folder);
    if (!Files.isWritable(folder)) {
      throw new IOException(
          folder + " (" + key + ") cannot be written to; give this program the right to");
    }
  }
}
