package dev.geminibatch.service.gemini;

import dev.geminibatch.io.Amounts;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.LongSupplier;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Source;

/**
 * A body as it arrives, of limited size and not too slowly. A time-out for each read does not stop
 * one that drips: that would hold its thread forever.
 */
final class LimitedBody extends ForwardingSource {
  /** What has to come in each {@link #WINDOW} of waiting. */
  static final long LEAST_BYTES = 1 << 16;

  static final Duration WINDOW = Duration.ofMinutes(1);

  private final long most;
  private final LongSupplier nanos;
  private long total;
  private long waited;
  private long arrived;
  private IOException end;

  /**
   * @param nanos the time, as {@link System#nanoTime}
   */
  LimitedBody(Source source, long most, LongSupplier nanos) {
    super(source);
    this.most = most;
    this.nanos = nanos;
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    if (end != null) {
      throw end; // whoever read only the beginning may not have minded
    }
    long before = nanos.getAsLong();
    long read = super.read(sink, byteCount);
    waited += nanos.getAsLong() - before;
    if (read > 0) {
      total += read;
      arrived += read;
    }
    if (total > most) {
      throw end(new OddAnswer("The service's answer is larger than " + Amounts.size(most)));
    }
    if (read >= 0 && waited >= WINDOW.toNanos()) {
      if (arrived < LEAST_BYTES) {
        throw end(new SocketTimeoutException("only " + Amounts.size(arrived) + " in a minute"));
      }
      waited = 0;
      arrived = 0;
    }
    return read;
  }

  private IOException end(IOException reason) {
    end = reason;
    return reason;
  }
}
