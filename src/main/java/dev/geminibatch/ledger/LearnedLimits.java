package dev.geminibatch.ledger;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.ModelPace;
import dev.geminibatch.service.ProjectId;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How many tokens of a model a project may have enqueued, as far as the service has shown it by
 * accepting and refusing jobs. Tokens are those of {@code Job.Size}. It is forgotten after a day:
 * tiers rise, and a refusal may have had another cause.
 */
public final class LearnedLimits {
  static final Duration MEMORY = Duration.ofDays(1);
  private static final String IT_OR_ITS_PACK = " WHERE run_id = ? AND number = ? OR pack = ?";

  /** Another process may have learned something, too. */
  private static final long FRESH_MILLIS = 1000;

  private static final int MOST_KNOWN = 1000;

  private final Access quick;
  private final Clock clock;

  /** What was read of late: each small run asks several times. */
  private final Map<Of, Known> known = Collections.synchronizedMap(new LruMap<>(MOST_KNOWN));

  private record Of(ProjectId project, String model) {}

  private record Known(Shown shown, long readAt) {}

  LearnedLimits(LedgerDatabase database, Clock clock) {
    this.quick = database.quick();
    this.clock = clock;
  }

  /**
   * What the service has shown.
   *
   * @param allowed so many were enqueued at once
   * @param refused so many would have been, and were refused; empty if nothing was
   * @param refusals how often it has refused so many, or more
   * @param isLate whether it takes jobs and ends those later for which there is no quota, so that
   *     only {@linkplain #ran running} jobs count
   */
  public record Shown(long allowed, OptionalLong refused, int refusals, boolean isLate) {
    /** Nothing yet. */
    public static final Shown NOTHING = new Shown(0, OptionalLong.empty(), 0, false);
  }

  /** Our open jobs beside one, of its model. */
  public record Beside(int jobs, long tokens) {}

  /** What the service has shown of a model in the last day. */
  public Shown of(ProjectId project, String model) {
    Of of = new Of(project, ModelName.shortName(model));
    Known read = known.get(of);
    long age = read == null ? FRESH_MILLIS : clock.millis() - read.readAt();
    return age >= 0 && age < FRESH_MILLIS
        ? read.shown()
        : quick.withHandle(
            handle -> {
              Shown shown = shown(handle, project, model);
              known.put(of, new Known(shown, clock.millis()));
              return shown;
            });
  }

  private Shown shown(Handle handle, ProjectId project, String model) {
    return handle
        .createQuery(
            "SELECT allowed, refused, refusals, late FROM token_limit"
                + " WHERE project = :project AND model = :model AND updated_at > :forgotten")
        .bind("project", project.value())
        .bind("model", ModelName.shortName(model))
        .bind("forgotten", clock.millis() - MEMORY.toMillis())
        .map(
            row -> {
              long number = row.getLong("refused");
              OptionalLong refused = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(number);
              return new Shown(
                  row.getLong("allowed"), refused, row.getInt("refusals"), row.getInt("late") != 0);
            })
        .findFirst()
        .orElse(Shown.NOTHING);
  }

  /** The service has accepted a job, with which so many tokens are enqueued. */
  public void accepted(ProjectId project, String model, long enqueued) {
    Shown before = of(project, model);
    if (enqueued > before.allowed() && !before.isLate()) { // nearly never
      allowed(project, model, enqueued);
    }
  }

  /**
   * The service works on a job, or has answered it. That counts where it ends jobs late.
   *
   * @param tokens of the job
   */
  public void ran(ProjectId project, String model, long tokens) {
    Shown before = of(project, model);
    if (before.isLate()) {
      long running = Math.max(tokens, quick.withHandle(handle -> running(handle, project, model)));
      if (running > before.allowed()) {
        allowed(project, model, running);
      }
    }
  }

  private static long running(Handle handle, ProjectId project, String model) {
    return handle
        .createQuery(
            "SELECT COALESCE(SUM(tokens), 0) FROM job WHERE state = 'OPEN'"
                + " AND started_at IS NOT NULL AND project = :project AND model = :model")
        .bind("project", project.value())
        .bind("model", model)
        .mapTo(Long.class)
        .one();
  }

  private void allowed(ProjectId project, String model, long enqueued) {
    quick.useTransaction(
        handle -> {
          Shown shown = shown(handle, project, model);
          boolean isMoreThanRefused = enqueued >= shown.refused().orElse(Long.MAX_VALUE);
          // A refusal counts for a day from when it came, whatever is accepted in the meantime.
          write(
              handle,
              project,
              model,
              isMoreThanRefused
                  ? new Shown(enqueued, OptionalLong.empty(), 0, shown.isLate())
                  : new Shown(
                      Math.max(enqueued, shown.allowed()),
                      shown.refused(),
                      shown.refusals(),
                      shown.isLate()),
              shown.refused().isEmpty() || isMoreThanRefused);
        });
  }

  /**
   * The service has refused a job, with which so many tokens would have been enqueued. If it has
   * accepted as many before, it allows less than it did, or some of them had ended unseen: then a
   * little less counts as allowed.
   */
  public void refused(ProjectId project, String model, long enqueued) {
    quick.useTransaction(
        handle -> refused(handle, project, model, shown(handle, project, model), enqueued));
  }

  /**
   * The service has ended a job for lack of quota that it had accepted. So what it had accepted
   * before says nothing either, but for what was enqueued beside it.
   *
   * @param beside tokens of our other open jobs
   * @param tokens of the job
   */
  public void notAdmitted(ProjectId project, String model, long beside, long tokens) {
    quick.useTransaction(
        handle -> {
          Shown shown = shown(handle, project, model);
          long allowed = shown.isLate() ? shown.allowed() : Math.min(shown.allowed(), beside);
          Shown late = new Shown(allowed, shown.refused(), shown.refusals(), true);
          refused(handle, project, model, late, beside + tokens);
        });
  }

  private void refused(Handle handle, ProjectId project, String model, Shown shown, long enqueued) {
    boolean isLessThanAllowed = enqueued <= shown.allowed();
    write(
        handle,
        project,
        model,
        new Shown(
            isLessThanAllowed ? enqueued / 10 * 9 : shown.allowed(),
            OptionalLong.of(Math.min(enqueued, shown.refused().orElse(Long.MAX_VALUE))),
            isLessThanAllowed ? 1 : shown.refusals() + 1,
            shown.isLate()),
        true);
  }

  private void write(
      Handle handle, ProjectId project, String model, Shown shown, boolean isNewSince) {
    known.remove(new Of(project, ModelName.shortName(model)));
    handle.execute(
        """
        INSERT INTO token_limit (project, model, allowed, refused, refusals, late, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (project, model) DO UPDATE SET allowed = excluded.allowed,
          refused = excluded.refused, refusals = excluded.refusals, late = excluded.late,
          updated_at = CASE WHEN ? THEN excluded.updated_at ELSE token_limit.updated_at END""",
        project.value(),
        ModelName.shortName(model),
        shown.allowed(),
        shown.refused().isPresent() ? shown.refused().getAsLong() : null,
        shown.refusals(),
        shown.isLate() ? 1 : 0,
        clock.millis(),
        isNewSince);
  }

  /**
   * Our open jobs beside one of the same model, which may be a pack; those about to be created
   * included.
   */
  public Beside beside(Job job, ProjectId project) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT COUNT(DISTINCT display_name) AS jobs, COALESCE(SUM(tokens), 0) AS tokens"
                        + " FROM job WHERE state IN ('CREATING', 'OPEN') AND project = :project"
                        + " AND model = :model AND display_name <> :own")
                .bind("project", project.value())
                .bind("model", job.model())
                .bind("own", job.displayName())
                .map(row -> new Beside(row.getInt("jobs"), row.getLong("tokens")))
                .one());
  }

  /**
   * A job, or a pack, was refused for lack of quota while no other one of ours was open.
   *
   * @return how often that has happened to it, or to one that is in the pack
   */
  public int refusedAlone(Job job) {
    return quick.inTransaction(
        handle -> {
          handle.execute(
              "UPDATE job SET refused_alone = refused_alone + 1" + IT_OR_ITS_PACK, names(job));
          return handle
              .select("SELECT MAX(refused_alone) FROM job" + IT_OR_ITS_PACK, names(job))
              .mapTo(Integer.class)
              .one();
        });
  }

  /** What was refused has become something else. */
  public void forgetRefusals(Job job) {
    quick.useTransaction(
        handle -> handle.execute("UPDATE job SET refused_alone = 0" + IT_OR_ITS_PACK, names(job)));
  }

  private static Object[] names(Job job) {
    return new Object[] {job.runId(), job.number(), job.remote().pack().orElse(null)};
  }

  /** The tokens of our open jobs of a model, those about to be created included. */
  public long enqueued(ProjectId project, String model) {
    return open(project, model).stream().mapToLong(ModelPace.Open::tokens).sum();
  }

  /** Our open jobs of a model, those about to be created included. */
  public List<ModelPace.Open> open(ProjectId project, String model) {
    return quick.withHandle(handle -> Turns.openJobs(handle, project, model));
  }
}
