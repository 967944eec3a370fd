package dev.geminibatch.ledger;

import dev.geminibatch.run.RunState;
import dev.geminibatch.run.Suspicion;
import java.time.Clock;
import java.util.Optional;

/**
 * What a person says about a run, from another process than the one that works on it. It is obeyed
 * at the next tick, and no job is created after it has been written.
 */
public final class RunControl {
  private static final String UNFINISHED = " AND state NOT IN ('DELIVERED', 'FAILED')";

  private final Access durable;
  private final Access quick;
  private final Moves moves;
  private final Clock clock;

  RunControl(LedgerDatabase database, Moves moves, Clock clock) {
    this.durable = database.durable();
    this.quick = database.quick();
    this.moves = moves;
    this.clock = clock;
  }

  /**
   * Nothing more of the run is sent until it is resumed. What is with the service continues.
   *
   * @return false if it is paused or cancelled already, or over
   */
  public boolean pause(String runId) {
    return durable.inTransaction(
        handle ->
            handle.execute(
                    "UPDATE run SET held = ?, reason = NULL, waits_for = NULL, updated_at = ?"
                        + " WHERE id = ? AND held <> ? AND cancelled = 0"
                        + UNFINISHED,
                    RunLedger.PAUSED,
                    clock.millis(),
                    runId,
                    RunLedger.PAUSED)
                == 1);
  }

  /** The same, with a reason that is shown. */
  public void pause(String runId, String reason) {
    durable.useTransaction(
        handle ->
            handle.execute(
                "UPDATE run SET held = ?, reason = ?, waits_for = NULL, updated_at = ?"
                    + " WHERE id = ? AND held = 0 AND cancelled = 0"
                    + UNFINISHED,
                RunLedger.PAUSED,
                Rows.shortened(reason),
                clock.millis(),
                runId));
  }

  /**
   * The run resumes where it was. One that a route held comes to that route again; one that was
   * held for its strikes is held for them again.
   *
   * @return false if it is not paused
   */
  public boolean resume(String runId) {
    return durable.inTransaction(
        handle ->
            handle.execute(
                    "UPDATE run SET held = CASE WHEN strikes = ? THEN ? ELSE 0 END, reason = NULL,"
                        + " tries = 0, next_try = 0, updated_at = ? WHERE id = ? AND held = ?"
                        + UNFINISHED,
                    Suspicion.HELD.number(),
                    Strikes.HELD,
                    clock.millis(),
                    runId,
                    RunLedger.PAUSED)
                == 1);
  }

  /**
   * Lets a run go that a user's route holds; it comes to that route once more.
   *
   * @return false if no route holds it
   */
  public boolean release(String runId) {
    return durable.inTransaction(
        handle ->
            handle.execute(
                    "UPDATE run SET held = 0, reason = NULL, next_try = 0, updated_at = ?"
                        + " WHERE id = ? AND held = 1"
                        + UNFINISHED,
                    clock.millis(),
                    runId)
                == 1);
  }

  /**
   * Nothing more of the run is sent, and its jobs are cancelled. What is answered is delivered.
   *
   * @return false if it is cancelled already, or over
   */
  public boolean cancel(String runId) {
    return durable.inTransaction(
        handle -> {
          handle.execute("UPDATE job SET cancel_asked = 1 WHERE run_id = ?", runId);
          return handle.execute(
                  "UPDATE run SET cancelled = 1, held = 0, reason = NULL, waits_for = NULL,"
                      + " tries = 0, next_try = 0, updated_at = ?"
                      + " WHERE id = ? AND cancelled = 0"
                      + UNFINISHED,
                  clock.millis(),
                  runId)
              == 1;
        });
  }

  /**
   * Changes the share of turns that the run gets.
   *
   * @return false if it is over
   */
  public boolean setPriority(String runId, int priority) {
    return durable.inTransaction(
        handle -> {
          // What it still has to wait becomes shorter or longer by as much as its share changes.
          handle.execute(
              "UPDATE job SET turn = "
                  + Turns.NOW_OF_JOB
                  + " + (turn - "
                  + Turns.NOW_OF_JOB
                  + ") * (SELECT run.priority FROM run WHERE run.id = job.run_id) / ?"
                  + " WHERE run_id = ? AND state IN ('ASSEMBLED', 'UPLOADED') AND turn > "
                  + Turns.NOW_OF_JOB,
              (double) priority,
              runId);
          return handle.execute(
                  "UPDATE run SET priority = ? WHERE id = ?" + UNFINISHED, priority, runId)
              == 1;
        });
  }

  /**
   * A run that was cancelled before its present attempt had jobs will have no more answers than it
   * has.
   *
   * @param requests lines of the attempt
   */
  public void ended(String runId, long requests) {
    quick.useTransaction(
        handle -> {
          RunState present =
              RunState.valueOf(
                  handle
                      .createQuery("SELECT state FROM run WHERE id = :id")
                      .bind("id", runId)
                      .mapTo(String.class)
                      .one());
          handle.execute(
              "UPDATE run SET leader = NULL, requests = ?, rejected = ? WHERE id = ? AND attempt = 1",
              requests,
              requests,
              runId);
          if (present == RunState.FOLLOWING) {
            moves.run(handle, runId, RunState.RECEIVED);
          }
          if (present == RunState.FOLLOWING || present == RunState.RECEIVED) {
            moves.run(handle, runId, RunState.INSPECTED);
          }
          moves.run(handle, runId, RunState.COLLECTED);
        });
  }

  /** The name of a run that waits for the answers of this one, if there is any. */
  public Optional<String> follower(String runId) {
    return durable.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT name FROM run WHERE leader = :run AND state = 'FOLLOWING'"
                        + " AND cancelled = 0 LIMIT 1")
                .bind("run", runId)
                .mapTo(String.class)
                .findFirst());
  }
}
