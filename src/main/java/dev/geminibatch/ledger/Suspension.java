package dev.geminibatch.ledger;

import dev.geminibatch.io.UsageException;
import java.util.List;
import java.util.Optional;

/**
 * Says on a server that its ledger is being moved, or was moved away. Until it ends nobody can
 * write: not even who has opened the ledger before.
 *
 * @param mark of the state folder at the other end, whose {@link MovedLedger} decides
 * @param place of that folder, for a person
 */
record Suspension(String mark, String place, State state) {
  /** How far the move is. */
  enum State {
    /** To the server: everything is there. */
    COMING,

    /** From the server: everything is in the state folder. */
    GOING,

    /** The ledger in the state folder counts, for good. */
    GONE
  }

  /** Each row that is written breaks it, those that are there already do not. */
  private static final String CONSTRAINT = "this_ledger_was_moved";

  private static final String TABLES =
      """
      SELECT tablename FROM pg_tables
      WHERE schemaname = current_schema() AND tablename NOT IN ('flyway_schema_history', 'moved')
        AND tablename NOT LIKE 'qrtz%' ORDER BY tablename""";

  /** The tables of the ledger that is opened. */
  static List<String> tables(Handle server) {
    return server.createQuery(TABLES).mapTo(String.class).list();
  }

  /** What is said there; empty if the ledger can be used. */
  static Optional<Suspension> of(Handle server) {
    return server
        .createQuery("SELECT mark, place, state FROM moved")
        .map(
            row ->
                new Suspension(
                    row.getString("mark"),
                    row.getString("place"),
                    State.valueOf(row.getString("state"))))
        .findOne();
  }

  void begin(Handle server) {
    server.execute(
        "INSERT INTO moved (mark, place, state) VALUES (?, ?, ?)", mark, place, state.name());
    for (String table : tables(server)) {
      server.execute(
          "ALTER TABLE " + table + " ADD CONSTRAINT " + CONSTRAINT + " CHECK (FALSE) NOT VALID");
    }
  }

  /** The state folder's ledger counts now. */
  static void settle(Handle server) {
    server.execute("UPDATE moved SET state = ?", State.GONE.name());
  }

  /** The ledger can be used again. */
  static void end(Handle server) {
    server.execute("DELETE FROM moved");
    for (String table : tables(server)) {
      server.execute("ALTER TABLE " + table + " DROP CONSTRAINT IF EXISTS " + CONSTRAINT);
    }
  }

  /** Refuses to work with the ledger. */
  UsageException refused(LedgerServer server) {
    return new UsageException(
        state == State.COMING
            ? "The move of the ledger of "
                + place
                + " to "
                + server
                + " has not ended. Run --move-ledger "
                + server
                + " there once more, or continue there without ledger.url. Nothing was changed."
            : "The ledger on "
                + server
                + " was moved to "
                + place
                + " and is not used any more. There, remove ledger.url; elsewhere, set it to the"
                + " server that has the ledger now. Nothing was changed.");
  }
}
