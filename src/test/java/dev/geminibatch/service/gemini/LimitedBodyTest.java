package dev.geminibatch.service.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A body that is too large, or comes too slowly. */
class LimitedBodyTest {
  private long nanos;

  /** Pieces of a size, each some time after the one before. */
  private LimitedBody arriving(int pieceBytes, Duration each, long most) {
    Source endless =
        new ForwardingSource(new Buffer()) {
          @Override
          public long read(Buffer sink, long byteCount) {
            nanos += each.toNanos();
            sink.write(new byte[pieceBytes]);
            return pieceBytes;
          }
        };
    return new LimitedBody(endless, most, () -> nanos);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 59", "8192, 30", "65535, 60"})
  void one_that_drips_is_ended_after_a_minute_or_two(int bytes, int seconds) {
    LimitedBody arrival = arriving(bytes, Duration.ofSeconds(seconds), Long.MAX_VALUE);

    assertThatThrownBy(() -> readAll(arrival)).isInstanceOf(SocketTimeoutException.class);

    assertThat(Duration.ofNanos(nanos)).isLessThanOrEqualTo(Duration.ofMinutes(2));
    assertThatThrownBy(() -> arrival.read(new Buffer(), 1))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void one_that_keeps_coming_may_take_hours() throws IOException {
    LimitedBody arrival = arriving(1 << 16, Duration.ofSeconds(59), Long.MAX_VALUE);

    for (int i = 0; i < 1_000; i++) {
      assertThat(arrival.read(new Buffer(), 1 << 16)).isPositive();
    }
  }

  @Test
  void who_reads_slowly_is_not_what_arrives_slowly() throws IOException {
    LimitedBody arrival = arriving(1, Duration.ZERO, Long.MAX_VALUE);

    for (int i = 0; i < 1_000; i++) {
      nanos += Duration.ofMinutes(10).toNanos();
      assertThat(arrival.read(new Buffer(), 1)).isEqualTo(1);
    }
  }

  @Test
  void no_more_is_read_than_the_most() {
    LimitedBody arrival = arriving(1_000, Duration.ZERO, 10_000);

    assertThatThrownBy(() -> readAll(arrival))
        .isInstanceOf(OddAnswer.class)
        .hasMessageContaining("10.0 KB");
  }

  private static void readAll(LimitedBody arrival) throws IOException {
    Buffer sink = new Buffer();
    while (arrival.read(sink, 8_192) >= 0) {
      sink.clear();
    }
  }
}
