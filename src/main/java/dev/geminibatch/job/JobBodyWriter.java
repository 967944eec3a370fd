package dev.geminibatch.job;

import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.WireLine;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Writes a {@link JobBody}: notes the pieces as they come. */
final class JobBodyWriter implements WireLine.Pieces, Closeable {
  private final DataOutputStream out;
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private long start;
  private long end;
  private long size;
  private boolean endsWholeLine;

  /** Whether there is nothing but the first part so far. */
  private boolean isOnePart = true;

  private boolean closed;

  JobBodyWriter(Path body) throws IOException {
    this.out = new DataOutputStream(SyncedOutput.oneOfSeveral(body));
  }

  @Override
  public void wholeLine(Line line) throws IOException {
    if (endsWholeLine && line.offset() == end + 1) {
      text.reset(); // the one byte between the lines is a line end
    } else {
      begin(line.offset());
    }
    end = line.offset() + line.bytes().length;
    text.write('\n');
    endsWholeLine = true;
    size += line.bytes().length + 1;
  }

  @Override
  public void ofLine(Line line, int from, int until) throws IOException {
    begin(line.offset() + from);
    end = line.offset() + until;
    size += until - from;
  }

  @Override
  public void text(byte[] bytes, int from, int length) throws IOException {
    size += length;
    for (int at = from, left = length; left > 0; ) {
      if (text.size() == JobBody.MOST_TEXT) {
        begin(end);
      }
      int some = Math.min(left, JobBody.MOST_TEXT - text.size());
      text.write(bytes, at, some);
      at += some;
      left -= some;
    }
    endsWholeLine = false;
  }

  private void begin(long first) throws IOException {
    writePart();
    isOnePart = isOnePart && size == 0;
    start = first;
    end = first;
    endsWholeLine = false;
  }

  private void writePart() throws IOException {
    if (end > start || text.size() > 0) {
      out.writeLong(start);
      out.writeLong(end - start);
      out.writeInt(text.size());
      text.writeTo(out);
      text.reset();
    }
  }

  /** The lines of the input that it all is; empty if it is more, or none. */
  Optional<InputPiece> piece() {
    return isOnePart && endsWholeLine ? Optional.of(new InputPiece(start, end)) : Optional.empty();
  }

  /** How many bytes it all makes. */
  long size() {
    return size;
  }

  /** Ends it; its last piece is not forced to the disk yet. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (out) {
      writePart();
      out.writeLong(size);
    }
  }
}
