package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DiskReserveTest {
  private static final Path FOLDER = Path.of("folder");
  private static final long GB = 1_000_000_000;

  @Test
  void what_a_setting_keeps_free_names_the_setting() {
    assertThatThrownBy(() -> new DiskReserve(GB).require(FOLDER, 1, 100 * GB, GB))
        .isInstanceOf(DiskReserve.NoRoom.class)
        .hasMessageContaining("1.00 GB are kept free (disk.keep-free)");
  }

  @Test
  void what_is_kept_for_the_ledger_names_no_setting() {
    assertThatThrownBy(() -> DiskReserve.FOR_THE_LEDGER.require(FOLDER, 0, 100 * GB, 1000))
        .isInstanceOf(DiskReserve.NoRoom.class)
        .hasMessageContaining("are kept free (for the ledger)")
        .hasMessageNotContaining("disk.keep-free");
  }

  @Test
  void a_disk_that_does_not_know_its_size_is_not_waited_for() throws IOException {
    new DiskReserve(GB).require(FOLDER, GB, 0, 0);
  }
}
