package dev.geminibatch.stage.deliver;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.InputMode;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.stage.Gunzip;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What came into an input after it was taken: a slow copy, or a program that kept writing. These
 * lines were not sent, and become a file that can be dropped.
 */
final class AddedLines {
  private static final int STEP_BYTES = 1 << 12;

  private final Run run;
  private final RunFolder folder;
  private final InputLimits limits;

  AddedLines(Run run, RunFolder folder, InputLimits limits) {
    this.run = run;
    this.folder = folder;
    this.limits = limits;
  }

  /**
   * Writes the lines that were added.
   *
   * @param target is not made if there are none
   * @return how many; 0 if there are none; empty if the input was changed in another way
   */
  OptionalLong write(Path target) throws IOException {
    boolean isCopied = !run.fromInbox() || Files.exists(folder.dropped());
    Path original = run.fromInbox() ? folder.dropped() : run.source();
    Path file = isCopied ? original : folder.received(run);
    if (!Files.isRegularFile(file) || InputGuard.isUnchanged(run, file)) {
      return OptionalLong.of(0);
    }
    if (isCopied) {
      // A person may change a file of his own; lines that were added may have been meant for us.
      boolean isLonger = Files.mismatch(folder.received(run), file) == run.input().size();
      return isLonger && !run.isGzip()
          ? copy(file, run.input().size(), target)
          : OptionalLong.of(0);
    }
    if (Files.exists(folder.unfolded())) {
      return OptionalLong.empty(); // what was added need not be lines
    }
    if (run.isGzip()) {
      return ofGzip(file, target);
    }
    boolean isLonger = Files.size(file) >= run.input().size();
    return isLonger && InputGuard.isIntact(run, folder)
        ? copy(file, run.input().size(), target)
        : OptionalLong.empty();
  }

  private OptionalLong ofGzip(Path file, Path target) throws IOException {
    Path now = folder.unpackedAgain();
    try {
      Gunzip.decompress(file, now, limits, at -> {});
      long same = Files.mismatch(folder.plain(), now);
      if (same < 0) {
        return OptionalLong.of(0);
      }
      long size = Files.size(folder.plain());
      return same == size ? copy(now, size, target) : OptionalLong.empty();
    } catch (RunFailure damaged) {
      return OptionalLong.empty();
    } finally {
      AtomicFiles.discard(now);
    }
  }

  private OptionalLong copy(Path file, long taken, Path target) throws IOException {
    InputMode.of(folder, run).create(target);
    try (FileChannel in = FileChannel.open(file)) {
      long from = beginning(in, taken);
      try (OutputStream out = new SyncedOutput(target)) {
        Channels.newInputStream(in.position(from)).transferTo(out);
      }
    }
    long lines = 0;
    try (LineReader reader = LineReader.open(target, LineReader.MAX_LINE_BYTES)) {
      for (; reader.hasNext(); reader.next()) {
        lines++;
      }
    }
    if (lines == 0) {
      Files.delete(target);
    }
    return OptionalLong.of(lines);
  }

  /** Where the first line begins that was not there, or not there as a whole. */
  private static long beginning(FileChannel in, long taken) throws IOException {
    if (taken == 0 || at(in, taken - 1) == '\n') {
      return taken;
    }
    long next = at(in, taken) == '\r' ? taken + 1 : taken;
    if (at(in, next) == '\n') {
      return next + 1; // the last line had just no end yet
    }
    ByteBuffer step = ByteBuffer.allocate(STEP_BYTES);
    for (long end = taken; end > 0; ) {
      long start = Math.max(0, end - STEP_BYTES);
      step.clear().limit((int) (end - start));
      int read = in.read(step, start);
      for (int i = read - 1; i >= 0; i--) {
        if (step.get(i) == '\n') {
          return start + i + 1;
        }
      }
      end = start;
    }
    return 0;
  }

  private static int at(FileChannel in, long position) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    return in.read(one, position) < 1 ? -1 : one.get(0);
  }
}
