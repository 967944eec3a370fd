package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whether a ledger on a server may be moved, or take the place of another one. */
final class LedgerVacancy {
  private static final int MOST_NAMED = 10;

  /** While a file is forced to the disk, nothing is said to the server. */
  private static final String PATIENCE = "SET LOCAL idle_in_transaction_session_timeout = '10min'";

  private static final String ALIVE =
      "SELECT name, ("
          + Members.NOW
          + " - beat) / 1000 AS silent FROM member WHERE state <> 'GONE' AND "
          + Members.NOW
          + " - beat < ? ORDER BY name";

  private static final String FOREIGN =
      "SELECT id, name FROM run WHERE mark <> ? AND state IN "
          + Rows.UNFINISHED
          + " ORDER BY id LIMIT ?";

  /** What nobody gets back if it is lost. */
  private static final String USED =
      "SELECT CASE WHEN EXISTS (SELECT 1 FROM run) OR EXISTS (SELECT 1 FROM upload)"
          + " OR EXISTS (SELECT 1 FROM daily) OR EXISTS (SELECT 1 FROM audit) THEN 1 ELSE 0 END";

  private final LedgerServer server;
  private final Handle handle;

  /**
   * Asks nothing yet.
   *
   * @param handle in the transaction of the move
   */
  LedgerVacancy(LedgerServer server, Handle handle) {
    this.server = server;
    this.handle = handle;
  }

  /**
   * Makes sure that nobody works with it, for as long as the transaction takes.
   *
   * @param silence who has been silent for longer has ended, or cannot write any more afterwards
   * @throws UsageException that names who does
   */
  void requireNobody(Duration silence) {
    handle.execute(PATIENCE);
    List<String> alive =
        handle
            .select(ALIVE, silence.toMillis())
            .map(
                row ->
                    row.getString("name")
                        + " (heard "
                        + Amounts.time(Duration.ofSeconds(Math.max(0, row.getLong("silent"))))
                        + " ago)")
            .list();
    if (!alive.isEmpty()) {
      throw new UsageException(
          "Others work with the ledger on "
              + server
              + ": "
              + String.join(", ", alive)
              + ". Stop them, and repeat the command; one that was killed is waited for "
              + Amounts.time(silence)
              + ". Nothing was changed.");
    }
  }

  /**
   * Makes sure that the files of all that is in progress are in one state folder.
   *
   * @throws UsageException that names runs that are elsewhere
   */
  void requireOnly(String mark, StateFolder state) {
    List<String> foreign =
        handle
            .select(FOREIGN, mark, MOST_NAMED)
            .map(row -> row.getString("name") + " (" + row.getString("id") + ")")
            .list();
    if (!foreign.isEmpty()) {
      throw new UsageException(
          "Runs that are not finished have their files in another state folder than "
              + state.path()
              + ": "
              + String.join(", ", foreign)
              + (foreign.size() == MOST_NAMED ? " and perhaps others" : "")
              + ". Let the daemons of these folders finish them, or cancel them (--cancel-run), and"
              + " repeat the command. Nothing was changed.");
    }
  }

  /**
   * Empties it, unless somebody may need what is in it.
   *
   * @param mark of the state folder whose ledger is to come
   * @throws UsageException if it is in use
   */
  void empty(String mark) {
    Optional<Suspension> suspension = Suspension.of(handle);
    if (suspension.isPresent()) {
      boolean isOver =
          suspension.get().state() == Suspension.State.GONE || suspension.get().mark().equals(mark);
      if (!isOver) {
        throw suspension.get().refused(server);
      }
      Suspension.end(handle);
    } else if (isUsed(handle)) {
      throw new UsageException(
          "The ledger on "
              + server
              + " is in use: it has runs, or had some. Name a database that has none, or another"
              + " schema of this one (?currentSchema=NAME). Nothing was changed.");
    }
    handle.execute("TRUNCATE " + String.join(", ", Suspension.tables(handle)));
  }

  /** Whether there is anything in a ledger, of whatever kind, that somebody may need. */
  static boolean isUsed(Handle handle) {
    return handle.createQuery(USED).mapTo(Integer.class).one() == 1;
  }
}
