package dev.geminibatch.ledger;

import dev.geminibatch.run.StateFolder;
import java.io.IOException;

/**
 * The database of a ledger on a server, opened for a state folder.
 *
 * @param fences what this process holds there: nothing yet
 * @param mark of the state folder; empty if the ledger does not know it
 */
record LedgerOnServer(PostgresDatabase database, Fences fences, String mark) {
  private interface Tie {
    String mark(LedgerDatabase database) throws IOException;
  }

  /** As {@link Ledger#open(LedgerServer, StateFolder, ServerClock)} says. */
  static LedgerOnServer open(LedgerServer server, StateFolder state) throws IOException {
    state.prepareWithoutLedger();
    return open(server, database -> new LedgerTie(server, state).require(database));
  }

  /** As {@link Ledger#look} says. */
  static LedgerOnServer look(LedgerServer server, StateFolder state) throws IOException {
    LedgerTie tie = new LedgerTie(server, state);
    return open(server, database -> database.reading().withHandle(tie::look).orElse(""));
  }

  private static LedgerOnServer open(LedgerServer server, Tie tie) throws IOException {
    Fences fences = new Fences();
    PostgresDatabase database = PostgresDatabase.open(server, fences);
    try {
      return new LedgerOnServer(database, fences, tie.mark(database));
    } catch (IOException | RuntimeException e) {
      database.close();
      throw e;
    }
  }
}
