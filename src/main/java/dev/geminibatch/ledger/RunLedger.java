package dev.geminibatch.ledger;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.OnceKey;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Writes down what happens to runs. Each method is one transaction. */
public final class RunLedger {
  /** In the column {@code held}: a person has paused the run. */
  static final int PAUSED = 3;

  /**
   * For what must outlive a power failure: that an input was taken, where its results go, and that
   * it was delivered or has failed.
   */
  private final Access durable;

  /** For everything else, which is found out again when a stage is run again. */
  private final Access quick;

  private final Moves moves;
  private final Clock clock;

  RunLedger(LedgerDatabase database, Moves moves, Clock clock) {
    this.durable = database.durable();
    this.quick = database.quick();
    this.moves = moves;
    this.clock = clock;
  }

  /** Writes down a new run, before its input is touched. */
  public void add(Run run) {
    add(List.of(run));
  }

  /** Writes down new runs, all or none, before their inputs are touched. */
  public void add(List<Run> runs) {
    durable.useTransaction(handle -> NewRun.add(handle, runs, moves.fences(), clock.millis()));
  }

  /** Of a ledger that several members share: who takes what from an inbox. */
  public InboxClaims inboxClaims() {
    return new InboxClaims(durable, moves, clock);
  }

  /**
   * As {@link #add(Run)}, for a request that may be repeated.
   *
   * @return false if its key has a run already; then nothing is written
   */
  public boolean add(Run run, OnceKey once) {
    return durable.inTransaction(
        handle -> {
          if (RunQueries.ofKey(handle, once.key()).isPresent()) {
            return false;
          }
          NewRun.add(handle, run, moves.fences(), clock.millis());
          handle.execute(
              "UPDATE run SET once_key = ?, once_asked = ? WHERE id = ?",
              once.key(),
              once.asked(),
              run.id());
          return true;
        });
  }

  /** Forgets a run with its jobs and files, one that was never to be sent or is long over. */
  public void remove(String runId) {
    quick.useTransaction(handle -> remove(handle, runId));
  }

  static void remove(Handle handle, String runId) {
    handle.execute("DELETE FROM media WHERE run_id = ?", runId);
    handle.execute("DELETE FROM job WHERE run_id = ?", runId);
    handle.execute("DELETE FROM run WHERE id = ?", runId);
  }

  /**
   * Moves a run to its next state; the tries of the stage behind it are forgotten.
   *
   * @throws IllegalStateException when there is no such move
   */
  public void moveTo(String runId, RunState state) {
    quick.useTransaction(handle -> moves.run(handle, runId, state));
  }

  /**
   * An input that was taken.
   *
   * @param modified milliseconds since 1970
   */
  public record Received(String runId, long size, long modified) {}

  /** The input is ours now, and may still be where it came from as well. */
  public void received(String runId, long inputSize, long inputModified) {
    received(List.of(new Received(runId, inputSize, inputModified)), true);
  }

  /** The inputs are ours now, and nowhere else. */
  public void received(List<Received> inputs) {
    received(inputs, false);
  }

  private void received(List<Received> inputs, boolean mayRemain) {
    quick.useTransaction(
        handle -> {
          String rest = handle.isServer() && !mayRemain ? "identity = NULL, " : "";
          for (Received input : inputs) {
            moves.run(
                handle,
                input.runId(),
                RunState.RECEIVED,
                rest + "input_size = ?, input_modified = ?, ",
                input.size(),
                input.modified());
          }
        });
  }

  /**
   * The input has become another one before anything was paid for; whatever was made of it is
   * forgotten, and who follows this run does so no longer.
   */
  public void receivedAgain(String runId, long inputSize, long inputModified) {
    quick.useTransaction(
        handle -> {
          handle.execute("DELETE FROM job WHERE run_id = ?", runId);
          moves.run(
              handle,
              runId,
              RunState.RECEIVED,
              "input_size = ?, input_modified = ?, fingerprint = NULL, ",
              inputSize,
              inputModified);
          handle
              .createQuery("SELECT id FROM run WHERE leader = :run AND state = 'FOLLOWING'")
              .bind("run", runId)
              .mapTo(String.class)
              .list()
              .forEach(follower -> followAnother(handle, follower));
        });
  }

  /**
   * The lines have been counted; if another run has the same content, this one follows it.
   *
   * @return the run to follow, if any
   */
  public Optional<String> inspected(
      String runId, String fingerprint, long requests, long rejected, boolean mayFollow) {
    return quick.inTransaction(
        handle -> {
          Optional<String> leader =
              mayFollow ? RunQueries.leader(handle, runId, fingerprint) : Optional.empty();
          moves.run(
              handle,
              runId,
              leader.isPresent() ? RunState.FOLLOWING : RunState.INSPECTED,
              "fingerprint = ?, requests = ?, rejected = ?, leader = ?, ",
              fingerprint,
              requests,
              rejected,
              leader.orElse(null));
          return leader;
        });
  }

  /**
   * The run that this one followed has failed. It is inspected once more, and follows another one
   * with the same content if there is one, or else goes its own way.
   */
  public void followAnother(String runId) {
    quick.useTransaction(handle -> followAnother(handle, runId));
  }

  private void followAnother(Handle handle, String runId) {
    moves.unfenced(handle, runId, RunState.RECEIVED, "leader = NULL, ");
  }

  /** The files of an attempt are with the service. */
  public void uploaded(String runId, long uploadsNew, long uploadsReused) {
    quick.useTransaction(
        handle ->
            moves.run(
                handle,
                runId,
                RunState.UPLOADED,
                "uploads_new = uploads_new + ?, uploads_reused = ?, ",
                uploadsNew,
                uploadsReused));
  }

  /**
   * The files of an attempt's jobs are on disk; replaces what was assembled for it before. A run
   * that comes here without {@link #uploaded} had nothing to upload.
   */
  public void assembled(String runId, int attempt, List<Job> jobs, long rejected) {
    quick.useTransaction(
        handle -> {
          AttemptJobs.replace(handle, runId, attempt, jobs);
          moves.run(
              handle,
              runId,
              RunState.ASSEMBLED,
              "rejected = CASE WHEN ? THEN ? ELSE rejected END,"
                  + " uploads_reused = CASE state WHEN 'INSPECTED' THEN 0 ELSE uploads_reused END, ",
              attempt == 1,
              rejected);
        });
  }

  /**
   * Every job is with the service; unless one has come back in the meantime, to be created again.
   */
  public void submitted(String runId) {
    quick.useTransaction(
        handle -> {
          if (AttemptJobs.countUnsubmitted(handle, runId) == 0) {
            moves.run(handle, runId, RunState.SUBMITTED);
          }
        });
  }

  /** Lines without an answer are to be sent once more. */
  public void sendAgain(String runId, int attempt) {
    quick.useTransaction(
        handle -> {
          moves.run(handle, runId, RunState.INSPECTED, "attempt = ?, ", attempt);
        });
  }

  /**
   * Decides where the results go.
   *
   * @return false if another run has been promised this results file, or it is decided already
   */
  public boolean promiseOutput(String runId, Path output) {
    return durable.inTransaction(
        handle -> {
          moves.fences().require(handle, runId);
          return handle.execute(
                  """
                  UPDATE run SET output = ? WHERE id = ? AND output IS NULL
                    AND NOT EXISTS (SELECT 1 FROM run AS other WHERE other.output = ?)""",
                  output.toString(),
                  runId,
                  output.toString())
              > 0;
        });
  }

  /** The results are in the outbox. */
  public void delivered(String runId, long answered) {
    durable.useTransaction(
        handle -> moves.run(handle, runId, RunState.DELIVERED, "answered = ?, ", answered));
  }

  /** Nothing of the run will ever be delivered. */
  public void failed(String runId, String reason) {
    durable.useTransaction(
        handle -> {
          moves.run(handle, runId, RunState.FAILED);
          handle.execute("UPDATE run SET reason = ? WHERE id = ?", Rows.shortened(reason), runId);
        });
  }

  /** The present stage did not come through; it will be tried again. */
  public void parked(String runId, String reason, Duration wait) {
    quick.useTransaction(
        handle -> {
          moves.fences().require(handle, runId);
          handle.execute(
              "UPDATE run SET reason = ?, tries = tries + 1, next_try = ?, waits_for = NULL,"
                  + " updated_at = ? WHERE id = ?",
              Rows.shortened(reason),
              clock.millis() + wait.toMillis(),
              clock.millis(),
              runId);
        });
  }

  /** The run stays where it is until it is released. */
  public void hold(String runId, String reason) {
    quick.useTransaction(
        handle ->
            handle.execute(
                "UPDATE run SET held = 1, reason = ?, waits_for = NULL, updated_at = ?"
                    + " WHERE id = ? AND state NOT IN ('DELIVERED', 'FAILED')"
                    + " AND held NOT IN (?, ?) AND cancelled = 0",
                Rows.shortened(reason),
                clock.millis(),
                runId,
                Strikes.HELD,
                PAUSED));
  }

  /**
   * Releases what is held.
   *
   * @return how many runs were held
   */
  public int release() {
    return quick.inTransaction(
        handle ->
            handle.execute(
                "UPDATE run SET held = 0, reason = NULL, next_try = 0, updated_at = ?"
                    + " WHERE held = 1 AND state NOT IN ('DELIVERED', 'FAILED')",
                clock.millis()));
  }

  /** The run waits in the queue of those that want to create a job. */
  public void queued(String runId, CreationQueue.Place place) {
    quick.useTransaction(
        handle -> {
          moves.fences().require(handle, runId);
          queued(handle, runId, place, clock.millis());
        });
  }

  static void queued(Handle handle, String runId, CreationQueue.Place place, long now) {
    handle.execute(
        "UPDATE run SET reason = ?, tries = tries + ?, next_try = ?, waits_for = ?,"
            + " waits_project = ?, waits_model = ?, waits_seen = ?, updated_at = ?"
            + " WHERE id = ? AND held = 0 AND cancelled = 0",
        Rows.shortened(place.reason()),
        place.isRefusal() ? 1 : 0,
        now + place.time().toMillis(),
        place.kind().name(),
        place.project().value(),
        place.model(),
        now,
        now,
        runId);
  }
}
