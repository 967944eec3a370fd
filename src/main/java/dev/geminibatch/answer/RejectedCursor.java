package dev.geminibatch.answer;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.job.Rejection;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LinesAt;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The lines that were not sent at an attempt. */
final class RejectedCursor implements LineCursor {
  private static final ObjectReader REJECTIONS = new ObjectMapper().readerFor(Rejection.class);

  private final int attempt;
  private final MappingIterator<Rejection> rejections;
  private Rejection present;

  /**
   * Opens a file.
   *
   * @param from before the first call of {@link #advance}, what is before the first one of this
   *     line or a later one
   */
  RejectedCursor(Path file, int attempt, long from) throws IOException {
    this.attempt = attempt;
    FileChannel channel = FileChannel.open(file).position(place(file, from));
    this.rejections = REJECTIONS.readValues(Channels.newInputStream(channel));
  }

  /** Where the first one of a line begins, or of a later one; they are in ascending order. */
  private static long place(Path file, long line) throws IOException {
    try (LinesAt lines = new LinesAt(file)) {
      long begin = 0;
      long end = Files.size(file);
      while (begin < end) {
        long middle = (begin + end) >>> 1;
        // The line end at or after the place before, or else a line that begins there is missed.
        long start = middle == begin ? begin : middle + lines.read(middle - 1).length;
        byte[] text = start < end ? lines.read(start) : null;
        if (text == null) {
          end = middle;
        } else if (REJECTIONS.<Rejection>readValue(text).line() < line) {
          begin = start + text.length + 1;
        } else {
          end = middle;
        }
      }
      return begin;
    }
  }

  @Override
  public boolean advance() throws IOException {
    present = rejections.hasNextValue() ? rejections.nextValue() : null;
    return present != null;
  }

  @Override
  public long line() {
    return present.line();
  }

  @Override
  public long offset() {
    return present.offset();
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public Verdict verdict() {
    return Verdict.FAILED;
  }

  @Override
  public LineProblem problem() {
    return present.problem();
  }

  @Override
  public void close() throws IOException {
    rejections.close();
  }
}
