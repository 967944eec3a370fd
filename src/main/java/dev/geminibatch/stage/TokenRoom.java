package dev.geminibatch.stage;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.job.LineLimit;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.LearnedLimits;
import dev.geminibatch.ledger.LearnedLimits.Shown;
import dev.geminibatch.ledger.TokenFactors;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.settings.Settings;
import java.util.Collection;
import java.util.OptionalLong;

/**
 * How many tokens of a model a project may have enqueued at once: by its tier, or as the service
 * has shown it by accepting and refusing jobs.
 *
 * <p>A refusal says that the limit is lower; an acceptance, that it is not. What lies between is
 * tried in steps, but only as long as the gap is worth a refusal.
 */
public final class TokenRoom {
  /** So many jobs of the largest size share what is allowed: the next is read while others run. */
  private static final long JOBS = 10;

  /** Less than this share of what is allowed is not worth another refusal. */
  private static final long WORTH_TRYING_PERCENT = 10;

  /** How far an estimate may be from what the service counts, in percent. */
  private static final long COUNTED_MARGIN = 3;

  private static final long ESTIMATED_MARGIN = 30;

  /** An estimate is above the truth less often than below: media count as documented, or less. */
  private static final long ABOVE_MARGIN = 15;

  /** A tier's limit at no more than this share of what was refused may be what refused it. */
  private static final long CLEARLY_LESS_PERCENT = 80;

  private final LearnedLimits learned;
  private final TokenFactors factors;

  public TokenRoom(LearnedLimits learned, TokenFactors factors) {
    this.learned = learned;
    this.factors = factors;
  }

  /**
   * What may be enqueued.
   *
   * @param total tokens of all open jobs of the model; {@link Long#MAX_VALUE} if nothing is known
   * @param perJob tokens of one job; {@link Long#MAX_VALUE} if nothing is known
   * @param line what one line may have at the most, as far as that is certain
   * @param isKnown whether it is set, or has been found out; else it is a guess
   */
  public record Limit(long total, long perJob, LineLimit line, boolean isKnown) {
    /** Nothing is known. */
    public static final Limit NONE =
        new Limit(Long.MAX_VALUE, Long.MAX_VALUE, LineLimit.NONE, false);

    /** Of one job that is about to be assembled: a guess may change until it is sent. */
    public long perJobIfKnown() {
      return isKnown || total == Long.MAX_VALUE ? perJob : Long.MAX_VALUE;
    }

    Limit orLower(Limit other) {
      Limit lower = other.total < total ? other : this;
      return new Limit(lower.total, lower.perJob, line.orLower(other.line), lower.isKnown);
    }

    /** With a limit to one job that a person has set. */
    Limit ofJobs(long tokens) {
      String why =
          "job.max-tokens allows "
              + Amounts.count(tokens)
              + " in one job; split the line, or raise job.max-tokens";
      LineLimit ofLine = line.orLower(new LineLimit(tokens + 1, why));
      return new Limit(total, Math.min(tokens, total), ofLine, isKnown);
    }

    /** As the queue has to know it. */
    public CreationQueue.Limit inQueue() {
      return new CreationQueue.Limit(total, perJob);
    }

    /** Whether anything limits what is sent. */
    public boolean isAny() {
      return total < Long.MAX_VALUE || perJob < Long.MAX_VALUE;
    }
  }

  /**
   * What may be enqueued of a model.
   *
   * @param jobs as set for the profile
   */
  public Limit limit(ProjectId project, String modelName, Settings.Jobs jobs) {
    Settings.Quota quota = jobs.quota();
    String model = ModelName.shortName(modelName);
    Shown shown = learned.of(project, model);
    OptionalLong ofTier =
        quota.tier().isPresent()
            ? quota.table().enqueuedTokens(model, quota.tier().getAsInt())
            : OptionalLong.empty();
    Limit limit =
        ofTier.isPresent()
            ? ofTier(quota.tier().getAsInt(), ofTier.getAsLong(), model)
            : Limit.NONE;
    if (shown.refused().isPresent()) {
      limit = limit.orLower(shown(shown, model, quota.table().enqueuedTokens(model).values()));
    }
    return quota.maxTokens().isPresent() ? limit.ofJobs(quota.maxTokens().getAsLong()) : limit;
  }

  private Limit ofTier(int tier, long tokens, String model) {
    boolean isCounted = factors.isCounted(model);
    long below = isCounted ? COUNTED_MARGIN : ESTIMATED_MARGIN;
    long above = isCounted ? COUNTED_MARGIN : ABOVE_MARGIN;
    LineLimit line =
        new LineLimit(
            percent(tokens, 100 + above), mayBeEnqueued("", tokens, model, "service.tier=" + tier));
    return of(percent(tokens, 100 - below), line, true);
  }

  private static String mayBeEnqueued(String about, long tokens, String model, String source) {
    return "at most "
        + about
        + Amounts.count(tokens)
        + " may be enqueued for "
        + model
        + " ("
        + source
        + "); split the line, or use a model with a higher limit";
  }

  private static Limit of(long total, LineLimit line, boolean isKnown) {
    long atLeastOne = Math.max(1, total);
    return new Limit(atLeastOne, Math.max(1, atLeastOne / JOBS), line, isKnown);
  }

  private static Limit guess(long total) {
    return of(total, LineLimit.NONE, false);
  }

  private static long percent(long tokens, long percent) {
    return Math.round(tokens / 100.0 * percent);
  }

  /**
   * What a refusal leaves.
   *
   * @param tiers the limits of the model, of which one is the likeliest
   */
  private static Limit shown(Shown shown, String model, Collection<Long> tiers) {
    long allowed = shown.allowed();
    long refused = shown.refused().orElseThrow();
    boolean isConfirmed = shown.refusals() > 1;
    if (refused - allowed <= percent(allowed, WORTH_TRYING_PERCENT)) {
      // A single refusal may have had another cause: it is checked once before it counts for long.
      String why =
          mayBeEnqueued("about ", allowed, model, "as the service has shown by refusing more");
      return isConfirmed ? of(allowed, new LineLimit(refused, why), true) : guess(2 * refused);
    }
    long tier =
        tiers.stream()
            .filter(each -> each <= percent(refused, CLEARLY_LESS_PERCENT))
            .mapToLong(each -> percent(each, 100 - COUNTED_MARGIN))
            .max()
            .orElse(0);
    if (allowed < tier) {
      return guess(tier);
    }
    // Past a tier's limit the next step is a small one: that limit is probably the one that counts.
    boolean isPastTier = tier > 0 && allowed < percent(tier, 100 + WORTH_TRYING_PERCENT);
    long next =
        allowed == 0
            ? refused / 2
            : isPastTier ? percent(allowed, 102 + WORTH_TRYING_PERCENT) : (allowed + refused) / 2;
    return guess(Math.min(next, (allowed + refused) / 2));
  }

  /** The service has accepted a job, with which so many tokens are enqueued. */
  public void accepted(ProjectId project, String model, long enqueued) {
    learned.accepted(project, model, enqueued);
  }

  /**
   * The service has refused a job, with which so many tokens would have been enqueued, and nobody
   * else had any job open.
   */
  public void refused(ProjectId project, String model, long enqueued) {
    learned.refused(project, model, enqueued);
  }
}
