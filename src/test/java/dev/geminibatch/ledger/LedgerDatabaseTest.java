package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

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
}
