package dev.geminibatch.stage;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.line.BadFile;
import dev.geminibatch.line.FileBeginning;
import dev.geminibatch.line.JsonSequence;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes lines of an input: unpacks it, and writes one request a line into a file beside it if it
 * does not keep to lines. What comes after knows only lines.
 */
public final class InputLines {
  private static final Logger LOG = LoggerFactory.getLogger("inspect");

  private InputLines() {}

  /**
   * Prepares the lines of a run.
   *
   * @throws RunFailure when the input as a whole is not what can be read, or too large
   */
  public static void prepare(Run run, RunFolder folder, InputLimits limits, Progress progress)
      throws IOException {
    if (Files.exists(folder.unfolded())) {
      return; // by a process that was stopped later
    }
    Optional<String> problem = limits.problemOf(FileState.of(folder.received(run)));
    if (problem.isPresent()) {
      throw new RunFailure("The file is too large: " + problem.get() + ".");
    }
    if (run.isGzip()) {
      Gunzip.decompress(
          folder.received(run),
          folder.plain(),
          limits,
          at -> progress.step(run, "unpacking", at, run.input().size(), Unit.BYTES));
    }
    try {
      OptionalInt sequence = FileBeginning.sequence(folder.plain());
      if (sequence.isPresent()) {
        limits.reserve().require(folder.path(), Files.size(folder.plain()));
        unfold(run, folder, sequence.getAsInt(), progress);
      }
    } catch (BadFile e) {
      throw new RunFailure(e.getMessage());
    }
  }

  private static void unfold(Run run, RunFolder folder, int wrapper, Progress progress)
      throws IOException, BadFile {
    long size = Files.size(folder.plain());
    Path aside = AtomicFiles.aside(folder.unfolded(), run.id());
    long requests;
    try (InputStream in = Files.newInputStream(folder.plain());
        OutputStream out = new SyncedOutput(aside)) {
      requests =
          JsonSequence.write(
              in, out, wrapper, at -> progress.step(run, "finding requests", at, size, Unit.BYTES));
    } catch (BadFile e) {
      AtomicFiles.discard(aside);
      throw e;
    }
    AtomicFiles.publish(aside, folder.unfolded());
    LOG.info(
        "{}: read as JSON over several lines, {}; line numbers are those on which requests begin",
        run.name(),
        Amounts.count(requests, "request"));
  }
}
