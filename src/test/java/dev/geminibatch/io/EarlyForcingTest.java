package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EarlyForcingTest {
  private static final long PIECE = 32 << 20;

  private final AtomicInteger forced = new AtomicInteger();

  @Test
  void a_large_file_is_forced_piece_by_piece() throws IOException {
    EarlyForcing forcing = new EarlyForcing(forced::incrementAndGet);
    for (long bytes : new long[] {1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE - 1, 2 * PIECE}) {
      forcing.written(bytes);
      forcing.await();
    }

    assertThat(forced).hasValue(2);
  }

  @Test
  void what_is_not_on_the_disk_is_said() throws IOException {
    EarlyForcing forcing =
        new EarlyForcing(
            () -> {
              throw new IOException("Input/output error");
            });
    forcing.written(PIECE);

    assertThatIOException().isThrownBy(forcing::await).withMessage("Input/output error");
    assertThatIOException().isThrownBy(() -> forcing.written(2 * PIECE));
  }
}
