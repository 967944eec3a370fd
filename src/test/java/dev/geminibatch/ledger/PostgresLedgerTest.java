package dev.geminibatch.ledger;

import dev.geminibatch.run.StateFolder;
import dev.geminibatch.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The ledger on PostgreSQL does what a ledger must do. */
@Tag("process")
class PostgresLedgerTest {
  private static final String DATABASE = "postgres";

  private static final String EMPTY =
      """
      DO $$ DECLARE name TEXT; BEGIN
        FOR name IN SELECT tablename FROM pg_tables
          WHERE schemaname = 'gemini_batch' AND tablename <> 'flyway_schema_history'
        LOOP EXECUTE 'DELETE FROM gemini_batch.' || name; END LOOP;
      END $$""";

  @TempDir private static Path programs;

  private static PostgresServer server;

  /** Whose ledger it is now; each test has a folder of its own. */
  private static Path present;

  @BeforeAll
  static void makeTables() {
    server = PostgresServer.start(programs);
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private static LedgerServer address() {
    return new LedgerServer(server.url(DATABASE), PostgresServer.USER, "any");
  }

  private static Ledger postgres(Path folder, Clock clock) throws IOException {
    if (!folder.equals(present)) {
      present = folder;
      try {
        server.execute(DATABASE, EMPTY);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
    return Ledger.open(address(), new StateFolder(folder), clock);
  }

  @Nested
  class Runs extends RunLedgerContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Jobs extends JobLedgerContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Queries extends RunQueriesContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Counted extends CensusContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Controlled extends RunControlContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Struck extends StrikesContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Due extends DueRunsContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Packed extends PacksContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Queue extends CreationQueueContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Factors extends TokenFactorsContract {
    @Override
    void remove() {
      present = null;
    }

    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Limits extends LearnedLimitsContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Pages extends RunListContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Days extends DailyContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Kept extends AuditContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Costs extends RunCostsContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Owned extends JobOwnersContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Paced extends PacesContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Media extends MediaTableContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }

  @Nested
  class Uploads extends UploadTableContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return postgres(folder, clock);
    }
  }
}
