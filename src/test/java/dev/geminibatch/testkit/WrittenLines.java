package dev.geminibatch.testkit;

import dev.geminibatch.line.Line;
import dev.geminibatch.line.WireLine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The lines of a job in memory. */
public final class WrittenLines implements WireLine.Pieces {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public void wholeLine(Line line) {
    bytes.writeBytes(line.bytes());
    bytes.write('\n');
  }

  @Override
  public void ofLine(Line line, int start, int end) {
    bytes.write(line.bytes(), start, end - start);
  }

  @Override
  public void text(byte[] text, int start, int length) {
    bytes.write(text, start, length);
  }

  public int size() {
    return bytes.size();
  }

  @Override
  public String toString() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
