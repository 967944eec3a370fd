package dev.geminibatch.ledger;

import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The ledger on SQLite does what a ledger must do. */
class SqliteLedgerTest {
  /** An empty ledger; making its tables for every test would take most of the time. */
  @TempDir private static Path empty;

  @BeforeAll
  static void makeTables() throws IOException {
    Ledger.open(new StateFolder(empty), Clock.systemUTC()).close();
  }

  private static Ledger sqlite(Path folder, Clock clock) throws IOException {
    Path file = folder.resolve("ledger.db");
    if (!Files.exists(file)) {
      Files.copy(empty.resolve("ledger.db"), file);
    }
    return Ledger.open(new StateFolder(folder), clock);
  }

  @Nested
  class Runs extends RunLedgerContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Jobs extends JobLedgerContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Queries extends RunQueriesContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Counted extends CensusContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Controlled extends RunControlContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Struck extends StrikesContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Due extends DueRunsContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Packed extends PacksContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Queue extends CreationQueueContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Factors extends TokenFactorsContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Limits extends LearnedLimitsContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Pages extends RunListContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Days extends DailyContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Kept extends AuditContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Costs extends RunCostsContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Owned extends JobOwnersContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Paced extends PacesContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Media extends MediaTableContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }

  @Nested
  class Uploads extends UploadTableContract {
    @Override
    Ledger open(Clock clock) throws IOException {
      return sqlite(folder, clock);
    }
  }
}
