package dev.geminibatch.ledger;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ProjectId;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Jobs of several runs that are one job to the service. Each method is one transaction, whatever
 * the number of jobs.
 *
 * <p>A job has a pack from the moment before the service is asked to create it, in the state
 * CREATING, until it is collected. Until the pack has ended, its jobs move together. One that comes
 * to nothing is dissolved: its jobs are ASSEMBLED again, each for itself, as if there had been
 * none.
 */
public final class Packs extends PackQueries {
  private static final String IN_PACK = " WHERE pack = ? AND state IN ('CREATING', 'OPEN')";

  /** The name of a job on its own, as {@link Job#displayName(int)} makes it. */
  private static final String OWN_NAME =
      "(SELECT run.display_name FROM run WHERE run.id = job.run_id) || ' [' || run_id || '.'"
          + " || number || CASE WHEN creation > 1 THEN '-' || creation ELSE '' END || ']'";

  private final Access durable;
  private final Access quick;
  private final Moves moves;
  private final Clock clock;

  Packs(LedgerDatabase database, Moves moves, Clock clock) {
    super(database, moves.fences(), clock);
    this.durable = database.durable();
    this.quick = database.quick();
    this.moves = moves;
    this.clock = clock;
  }

  /** Why the runs of a model still wait. */
  public void wait(CreationQueue.Place place) {
    quick.useTransaction(
        handle ->
            handle.execute(
                "UPDATE run SET reason = ?, tries = tries + ?, next_try = ? WHERE waits_for = 'PACK'"
                    + " AND waits_project = ? AND waits_model = ? AND state = 'ASSEMBLED'"
                    + " AND (reason IS NULL OR reason <> ?)",
                Rows.shortened(place.reason()),
                place.isRefusal() ? 1 : 0,
                place.isRefusal() ? clock.millis() + place.time().toMillis() : 0,
                place.project().value(),
                place.model(),
                Rows.shortened(place.reason())));
  }

  /** A job is sent on its own from now on, by the stage of its run. */
  public void sendAlone(Job job) {
    quick.useTransaction(
        handle -> {
          handle.execute(
              "UPDATE job SET pack_most = 1 WHERE run_id = ? AND number = ? AND pack IS NULL",
              job.runId(),
              job.number());
          handle.execute(
              "UPDATE run SET waits_for = NULL, next_try = 0 WHERE id = ? AND waits_for = 'PACK'",
              job.runId());
        });
  }

  /** Runs that wait for a pack of a project that nobody serves any more find their way again. */
  public void release(Collection<ProjectId> served) {
    List<ProjectId> projects = List.copyOf(served);
    String marks =
        IntStream.range(0, projects.size())
            .mapToObj(i -> ":p" + i)
            .collect(Collectors.joining(", "));
    quick.useTransaction(
        handle -> {
          Update update =
              handle.createUpdate(
                  "UPDATE run SET waits_for = NULL, next_try = 0"
                      + " WHERE waits_for = 'PACK' AND waits_project NOT IN ("
                      + (projects.isEmpty() ? "''" : marks)
                      + ") AND "
                      + Rows.OURS_OR_FREE);
          for (int i = 0; i < projects.size(); i++) {
            update.bind("p" + i, projects.get(i).value());
          }
          moves.fences().bind(update).execute();
        });
  }

  /**
   * The jobs are about to be created as one.
   *
   * @param displayName of the pack, unique
   * @param room what the open jobs of the project may come to with it
   * @return false if there is no room, or one of the jobs or its run is not what it was: then
   *     nothing has changed, and the pack must not be created
   */
  public boolean creating(
      String pack,
      String displayName,
      List<Job> jobs,
      ProjectId project,
      String inputFile,
      CreationQueue.Room room) {
    try {
      durable.useTransaction(
          handle -> {
            boolean isReady =
                pack(handle, pack, displayName, jobs, project, inputFile) == jobs.size()
                    && countUnfit(handle, pack) == 0
                    && Moves.hasRoom(handle, jobs.get(0), tokens(jobs), project, room);
            if (!isReady) {
              throw new NotReady();
            }
            moves.pack(
                handle, pack, JobState.CREATING, "creating_at = ?" + moves.mark(), clock.millis());
          });
      return true;
    } catch (NotReady notReady) {
      return false;
    }
  }

  /** Takes back what a transaction has written. */
  private static final class NotReady extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotReady() {
      super(null, null, false, false);
    }
  }

  private static int pack(
      Handle handle,
      String pack,
      String displayName,
      List<Job> jobs,
      ProjectId project,
      String inputFile) {
    Batch batch =
        handle.prepareBatch(
            "UPDATE job SET pack = :pack, display_name = :displayName, project = :project,"
                + " input_file = :file, state = 'UPLOADED'"
                + " WHERE run_id = :run AND number = :number AND state = 'ASSEMBLED'"
                + " AND pack IS NULL");
    for (Job job : jobs) {
      batch
          .bind("pack", pack)
          .bind("displayName", displayName)
          .bind("project", project.value())
          .bind("file", inputFile)
          .bind("run", job.runId())
          .bind("number", job.number())
          .add();
    }
    int moved = 0;
    for (int count : batch.execute()) {
      moved += count;
    }
    return moved;
  }

  private static long tokens(List<Job> jobs) {
    return jobs.stream().mapToLong(job -> job.size().tokens()).sum();
  }

  /**
   * The service has created a pack.
   *
   * @return the runs of which it has all jobs now
   */
  public List<String> opened(Job pack, JobName name, String remoteState) {
    String id = id(pack);
    return quick.inTransaction(
        handle -> {
          moves.fences().require(handle, pack.runId());
          int opened =
              moves.pack(
                  handle,
                  id,
                  JobState.OPEN,
                  "name = ?, remote_state = ?, submitted_at = ?",
                  name.value(),
                  remoteState,
                  clock.millis());
          if (opened == 0) {
            throw new IllegalStateException("The pack " + id + " cannot be opened");
          }
          List<String> runs =
              handle
                  .createQuery(
                      """
                      SELECT DISTINCT run.id FROM job JOIN run ON run.id = job.run_id
                      WHERE job.pack = :pack AND job.state = 'OPEN' AND run.state = 'ASSEMBLED'
                        AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.run_id = run.id
                          AND other.state IN ('ASSEMBLED', 'UPLOADED', 'CREATING'))""")
                  .bind("pack", id)
                  .mapTo(String.class)
                  .list();
          moves.runs(handle, runs, RunState.SUBMITTED);
          return runs;
        });
  }

  /**
   * A pack came to nothing: the service has certainly not created it, or has ended it without
   * working on it. Its jobs wait for another one.
   *
   * @param place what their runs wait for
   * @param most how many jobs may be in the next pack of each; empty for as many as now
   */
  public void dissolved(Job pack, CreationQueue.Place place, Optional<Integer> most) {
    quick.useTransaction(
        handle -> {
          moves.fences().require(handle, pack.runId());
          dissolve(handle, id(pack), place, most);
        });
  }

  /**
   * As {@link #dissolved}, but these jobs end, each for its own reasons.
   *
   * @param how they have ended
   */
  public void dissolvedBut(
      Job pack, Collection<Job> ending, String how, String reason, CreationQueue.Place place) {
    quick.useTransaction(
        handle -> {
          moves.fences().require(handle, pack.runId());
          Batch batch =
              handle.prepareBatch(
                  "UPDATE job SET pack = NULL, display_name = "
                      + OWN_NAME
                      + ", state = 'ENDED', remote_state = :how, responses_file = NULL,"
                      + " reason = :reason, ended_at = :now"
                      + " WHERE run_id = :run AND number = :number AND pack = :pack"
                      + " AND state IN ('CREATING', 'OPEN')");
          for (Job job : ending) {
            batch
                .bind("how", how)
                .bind("reason", Rows.shortened(reason))
                .bind("now", clock.millis())
                .bind("run", job.runId())
                .bind("number", job.number())
                .bind("pack", id(pack))
                .add();
          }
          if (!ending.isEmpty()) {
            batch.execute();
          }
          dissolve(handle, id(pack), place, Optional.empty());
        });
  }

  private void dissolve(
      Handle handle, String pack, CreationQueue.Place place, Optional<Integer> most) {
    moves.runs(handle, runsOf(handle, pack, RunState.SUBMITTED), RunState.ASSEMBLED);
    List<String> runs = runsOf(handle, pack, RunState.ASSEMBLED);
    boolean isAlone = most.equals(Optional.of(1));
    Batch batch =
        handle.prepareBatch(
            "UPDATE run SET reason = :reason, tries = tries + :tries, waits_for = :kind,"
                + " next_try = CASE WHEN cancelled = 1 THEN 0 ELSE :next END,"
                + " waits_project = :project, waits_model = :model, waits_seen = :now"
                + " WHERE id = :run");
    for (String run : runs) {
      batch
          .bind("reason", Rows.shortened(place.reason()))
          .bind("tries", place.isRefusal() ? 1 : 0)
          .bind("next", clock.millis() + place.time().toMillis())
          .bind("kind", isAlone ? null : CreationQueue.Kind.PACK.name())
          .bind("project", place.project().value())
          .bind("model", place.model())
          .bind("now", clock.millis())
          .bind("run", run)
          .add();
    }
    if (!runs.isEmpty()) {
      batch.execute();
    }
    handle.execute(
        "UPDATE job SET creation = creation + 1" + IN_PACK + " AND submitted_at IS NOT NULL", pack);
    moves.pack(handle, pack, JobState.UPLOADED, "creating_at = NULL");
    moves.pack(
        handle,
        pack,
        JobState.ASSEMBLED,
        "input_file = NULL, name = NULL, remote_state = NULL, submitted_at = NULL,"
            + " started_at = NULL, given_up_at = NULL, pack_most = COALESCE(?, pack_most),"
            + " display_name = "
            + OWN_NAME
            + ", pack = NULL",
        most.orElse(null));
  }

  private static List<String> runsOf(Handle handle, String pack, RunState state) {
    return handle
        .createQuery(
            "SELECT DISTINCT job.run_id FROM job JOIN run ON run.id = job.run_id"
                + " WHERE job.pack = :pack AND job.state IN ('CREATING', 'OPEN')"
                + " AND run.state = :state")
        .bind("pack", pack)
        .bind("state", state.name())
        .mapTo(String.class)
        .list();
  }

  /**
   * A run that a person has cancelled waits no more for the jobs that others still want. What they
   * answer for it is not fetched.
   *
   * @return how many jobs it has left
   */
  public int leave(String runId) {
    return durable.inTransaction(
        handle -> {
          List<Job> shared =
              handle
                  .createQuery(
                      "SELECT * FROM job WHERE run_id = :run AND state = 'OPEN' AND cancel_asked = 1"
                          + " AND EXISTS (SELECT 1 FROM job AS other WHERE other.pack = job.pack"
                          + " AND other.cancel_asked = 0 AND other.state = 'OPEN')")
                  .bind("run", runId)
                  .map(row -> Rows.job(row))
                  .list();
          for (Job job : shared) {
            moves.alone(
                handle,
                job,
                JobState.ENDED,
                "remote_state = 'CANCELLED', responses_file = NULL, reason = ?, ended_at = ?",
                "the run was cancelled",
                clock.millis());
          }
          return shared.size();
        });
  }

  private static String id(Job job) {
    return job.remote().pack().orElseThrow();
  }
}
