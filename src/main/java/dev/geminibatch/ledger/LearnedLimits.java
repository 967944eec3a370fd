package dev.geminibatch.ledger;

import dev.geminibatch.line.ModelName;
import dev.geminibatch.run.ModelPace;
import dev.geminibatch.service.ProjectId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * How many tokens of a model a project may have enqueued, as far as the service has shown it by
 * accepting and refusing jobs. Tokens are those of {@code Job.Size}. It is forgotten after a day:
 * tiers rise, and a refusal may have had another cause.
 */
public final class LearnedLimits {
  private static final Duration MEMORY = Duration.ofDays(1);

  private final Jdbi quick;
  private final Clock clock;

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
   */
  public record Shown(long allowed, OptionalLong refused, int refusals) {
    /** Nothing yet. */
    public static final Shown NOTHING = new Shown(0, OptionalLong.empty(), 0);
  }

  /** What the service has shown of a model in the last day. */
  public Shown of(ProjectId project, String model) {
    return quick.withHandle(handle -> shown(handle, project, model));
  }

  private Shown shown(Handle handle, ProjectId project, String model) {
    return handle
        .createQuery(
            "SELECT allowed, refused, refusals FROM token_limit"
                + " WHERE project = :project AND model = :model AND updated_at > :forgotten")
        .bind("project", project.value())
        .bind("model", ModelName.shortName(model))
        .bind("forgotten", clock.millis() - MEMORY.toMillis())
        .map(
            (row, context) -> {
              long number = row.getLong("refused");
              OptionalLong refused = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(number);
              return new Shown(row.getLong("allowed"), refused, row.getInt("refusals"));
            })
        .findFirst()
        .orElse(Shown.NOTHING);
  }

  /** The service has accepted a job, with which so many tokens are enqueued. */
  public void accepted(ProjectId project, String model, long enqueued) {
    Shown before = of(project, model);
    if (enqueued <= before.allowed()) {
      return; // as nearly always: nothing is written
    }
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
                  ? new Shown(enqueued, OptionalLong.empty(), 0)
                  : new Shown(
                      Math.max(enqueued, shown.allowed()), shown.refused(), shown.refusals()),
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
        handle -> {
          Shown shown = shown(handle, project, model);
          boolean isLessThanAllowed = enqueued <= shown.allowed();
          write(
              handle,
              project,
              model,
              new Shown(
                  isLessThanAllowed ? enqueued / 10 * 9 : shown.allowed(),
                  OptionalLong.of(Math.min(enqueued, shown.refused().orElse(Long.MAX_VALUE))),
                  isLessThanAllowed ? 1 : shown.refusals() + 1),
              true);
        });
  }

  private void write(
      Handle handle, ProjectId project, String model, Shown shown, boolean isNewSince) {
    handle.execute(
        """
        INSERT INTO token_limit (project, model, allowed, refused, refusals, updated_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (project, model) DO UPDATE SET allowed = excluded.allowed,
          refused = excluded.refused, refusals = excluded.refusals,
          updated_at = CASE WHEN ? THEN excluded.updated_at ELSE token_limit.updated_at END""",
        project.value(),
        ModelName.shortName(model),
        shown.allowed(),
        shown.refused().isPresent() ? shown.refused().getAsLong() : null,
        shown.refusals(),
        clock.millis(),
        isNewSince);
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
