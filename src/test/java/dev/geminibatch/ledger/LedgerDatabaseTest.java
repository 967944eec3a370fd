package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.JobName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database and its migrations. */
class LedgerDatabaseTest {
  @Test
  void the_newest_migration_is_known_so_that_a_start_can_skip_them() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
      assertThat(files.map(file -> file.getFileName().toString().replaceFirst("__.*", "")))
          .contains("V" + LedgerDatabase.NEWEST)
          .doesNotContain("V" + (Integer.parseInt(LedgerDatabase.NEWEST) + 1));
    }
  }

  @Test
  void the_ledger_is_one_file_with_its_log(@TempDir Path folder) throws IOException {
    try (Ledger ledger = Ledger.open(new StateFolder(folder), Clock.systemUTC())) {
      ledger.jobs().cancelAsked(new JobName("batches/x"));

      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .filteredOn(name -> name.contains("ledger"))
            .containsExactlyInAnyOrder("ledger.db", "ledger.db-wal", "ledger.db-shm");
      }
    }
  }
}
