package dev.geminibatch.service.gemini;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The first bytes of a stream, which then fails if there are more. */
final class LimitedInput extends FilterInputStream {
  private long left;

  LimitedInput(InputStream in, long most) {
    super(in);
    this.left = most;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = in.read(buffer, offset, (int) Math.min(length, left + 1));
    left -= Math.max(0, read);
    if (left < 0) {
      throw new OddAnswer("The service's answer is too large");
    }
    return read;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }
}
