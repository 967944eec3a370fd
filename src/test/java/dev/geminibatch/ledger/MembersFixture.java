package dev.geminibatch.ledger;

import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two members of a shared ledger. */
abstract class MembersFixture extends PostgresFixture {
  @TempDir Path folder;

  Ledger one;
  Ledger other;

  @BeforeEach
  final void open() throws IOException {
    one = member("one");
    other = member("other");
  }

  @AfterEach
  final void close() {
    one.close();
    other.close();
  }

  /** The state folder of a member: that of the other one, too. */
  Path state(String member) {
    return folder;
  }

  private Ledger member(String id) throws IOException {
    Ledger ledger =
        Ledger.open(address(), new StateFolder(state(id)), new ServerClock(Clock.systemUTC()));
    become(ledger, id);
    return ledger;
  }

  static void become(Ledger ledger, String id) {
    ledger
        .members()
        .begin(
            new Fences.Membership(id, ledger.mark()),
            new Members.Self(id, "1", true, "", Duration.ofMinutes(1)));
  }
}
