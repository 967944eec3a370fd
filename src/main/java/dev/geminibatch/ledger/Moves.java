package dev.geminibatch.ledger;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every state move of a run or a job, with its guard, so that nobody can move one from where it is
 * not, and nobody who has lost the lease of a run can move it any more.
 */
final class Moves {
  private static final String TO_STATE =
      "state = ?, reason = NULL, tries = 0, next_try = 0, waits_for = NULL,"
          + " strikes = 0, held = CASE WHEN held = ? THEN 0 ELSE held END, updated_at = ?"
          + " WHERE id = ? AND state IN ";

  /** From which states each can be reached, as a list in SQL. */
  private static final Map<RunState, String> BEFORE =
      Arrays.stream(RunState.values())
          .collect(
              Collectors.toMap(
                  Function.identity(),
                  state ->
                      Rows.list(
                          Arrays.stream(RunState.values())
                              .filter(from -> from.mayBecome(state))
                              .toList())));

  /** The fence of its run stands in a job that is about to be created. */
  static final String MARK = ", fence = (SELECT run.fence FROM run WHERE run.id = job.run_id)";

  private final Clock clock;
  private final Fences fences;

  Moves(Clock clock, Fences fences) {
    this.clock = clock;
    this.fences = fences;
  }

  /** What runs this process holds. */
  Fences fences() {
    return fences;
  }

  /**
   * Moves a run to its next state; the tries and strikes of the stage behind it are forgotten, and
   * so is that it was held for them.
   *
   * @throws IllegalStateException when there is no such move
   */
  void run(Handle handle, String runId, RunState state) {
    run(handle, runId, state, "");
  }

  /**
   * The same, with one statement for all of it.
   *
   * @param assignments of further columns, each with a comma behind it and a {@code ?} for each of
   *     the values
   */
  void run(Handle handle, String runId, RunState state, String assignments, Object... values) {
    fences.require(handle, runId);
    unfenced(handle, runId, state, assignments, values);
  }

  /** As {@link #run}, whoever has the run: it follows one that this process has. */
  void unfenced(Handle handle, String runId, RunState state, String assignments, Object... values) {
    List<Object> arguments = new ArrayList<>(Arrays.asList(values));
    arguments.addAll(List.of(state.name(), Strikes.HELD, clock.millis(), runId));
    String sql = "UPDATE run SET " + assignments + TO_STATE + BEFORE.get(state);
    if (handle.execute(sql, arguments.toArray()) == 0) {
      String present =
          handle
              .createQuery("SELECT state FROM run WHERE id = :id")
              .bind("id", runId)
              .mapTo(String.class)
              .one();
      throw new IllegalStateException(
          "Run " + runId + " is " + present + " and cannot become " + state);
    }
  }

  /**
   * As {@link #run}, for runs of a pack, of which there may be thousands. One that cannot become
   * this any more stays as it is.
   */
  void runs(Handle handle, List<String> runIds, RunState state) {
    if (runIds.isEmpty()) {
      return;
    }
    Batch batch = handle.prepareBatch("UPDATE run SET " + TO_STATE + BEFORE.get(state));
    for (String runId : runIds) {
      batch.add(state.name(), Strikes.HELD, clock.millis(), runId);
    }
    batch.execute();
  }

  /**
   * Moves a job to its next state, with all jobs of its pack.
   *
   * @param assignments of further columns, with a {@code ?} for each of the values
   * @throws IllegalStateException when there is no such move
   */
  void job(Handle handle, Job job, JobState state, String assignments, Object... values) {
    String set = assignments + ", state = '" + state + "'";
    String guard = " AND state IN " + Rows.list(state.before());
    if (update(handle, job, set, guard, values) == 0) {
      throw noSuchMove(job, state);
    }
  }

  /** As {@link #job}, but moves no other job of its pack. */
  void alone(Handle handle, Job job, JobState state, String assignments, Object... values) {
    String set = assignments + ", state = '" + state + "'";
    String guard = " AND state IN " + Rows.list(state.before());
    if (updateAlone(handle, job, set, guard, values) == 0) {
      throw noSuchMove(job, state);
    }
  }

  /**
   * A job that the service has not created, or has ended at once, is to be created under another
   * name.
   */
  void again(Handle handle, Job job, String assignments) {
    job(
        handle,
        job,
        JobState.UPLOADED,
        assignments + ", creation = creation + 1, display_name = ?",
        job.displayName(job.creation() + 1));
  }

  private static IllegalStateException noSuchMove(Job job, JobState state) {
    return new IllegalStateException(
        "Job " + job.number() + " of run " + job.runId() + " cannot become " + state);
  }

  /**
   * Moves a job to CREATING, unless there is no room for it, or a person has paused or cancelled
   * its run.
   *
   * @param room what the open jobs of its project may come to with it
   * @return whether it was moved, and may be created now
   */
  boolean toCreating(Handle handle, Job job, CreationQueue.Room room) {
    Optional<ProjectId> project = project(handle, job);
    if (project.isPresent() && !hasRoom(handle, job, job.size().tokens(), project.get(), room)) {
      return false;
    }
    String set = "state = 'CREATING', creating_at = ?" + mark();
    String guard =
        " AND state = 'UPLOADED' AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = job.run_id"
            + " AND (run.held <> 0 OR run.cancelled = 1))";
    return update(handle, job, set, guard, clock.millis()) > 0;
  }

  /** The fence stands in the mark: who takes over the run sees that the call may still come. */
  String mark() {
    return fences.member() == null ? "" : MARK;
  }

  /**
   * Whether there is room for a job; then the turns of its project have moved.
   *
   * @param tokens of it, and of all others that are one job with it
   */
  static boolean hasRoom(
      Handle handle, Job job, long tokens, ProjectId project, CreationQueue.Room room) {
    Turns.lock(handle, project);
    Turns.Open open = Turns.open(handle, project);
    long enqueued = open.tokens().getOrDefault(job.model(), 0L);
    boolean isTooMuch = enqueued > 0 && tokens > room.tokens() - enqueued;
    if (open.jobs() >= room.jobs() || isTooMuch) {
      return false;
    }
    Turns.advance(handle, job, project, room.share(tokens));
    return true;
  }

  private static Optional<ProjectId> project(Handle handle, Job job) {
    return handle
        .createQuery("SELECT project FROM job WHERE run_id = :run AND number = :number")
        .bind("run", job.runId())
        .bind("number", job.number())
        .mapTo(String.class)
        .findFirst()
        .map(ProjectId::new);
  }

  /**
   * Moves those jobs of a pack from which the state can be reached.
   *
   * @return how many were moved
   */
  int pack(Handle handle, String pack, JobState state, String assignments, Object... values) {
    List<Object> arguments = new ArrayList<>(Arrays.asList(values));
    arguments.add(pack);
    return handle.execute(
        "UPDATE job SET "
            + assignments
            + ", state = '"
            + state
            + "' WHERE pack = ? AND state IN "
            + Rows.list(state.before()),
        arguments.toArray());
  }

  /** Changes columns of a job that stays in its state, and of all jobs of its pack. */
  void change(Handle handle, Job job, String assignments, Object... values) {
    update(handle, job, assignments, "", values);
  }

  private int update(Handle handle, Job job, String assignments, String guard, Object... values) {
    if (job.remote().pack().isEmpty()) {
      return updateAlone(handle, job, assignments, guard, values);
    }
    fences.require(handle, job.runId());
    List<Object> arguments = new ArrayList<>(Arrays.asList(values));
    arguments.add(job.remote().pack().get());
    return handle.execute(
        "UPDATE job SET " + assignments + " WHERE pack = ?" + guard, arguments.toArray());
  }

  private int updateAlone(
      Handle handle, Job job, String assignments, String guard, Object... values) {
    fences.require(handle, job.runId());
    List<Object> arguments = new ArrayList<>(Arrays.asList(values));
    arguments.add(job.runId());
    arguments.add(job.number());
    return handle.execute(
        "UPDATE job SET " + assignments + " WHERE run_id = ? AND number = ?" + guard,
        arguments.toArray());
  }
}
