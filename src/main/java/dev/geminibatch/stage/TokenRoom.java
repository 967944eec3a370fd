package dev.geminibatch.stage;

import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.LearnedLimits;
import dev.geminibatch.ledger.LearnedLimits.Shown;
import dev.geminibatch.ledger.TokenFactors;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceWords;
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

  /** A tier's limit at no more than this share of what was refused may be what refused it. */
  private static final long CLEARLY_LESS_PERCENT = 80;

  /**
   * No model's limit is as low. What asks for fewer was probably refused for another reason, which
   * may pass.
   */
  public static final long CREDIBLE = 10_000;

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
   * @param refusedFrom so many tokens in one job are certainly refused; {@link Long#MAX_VALUE} if
   *     that is not certain of any number
   * @param isKnown whether it is set, or has been found out; else it is a guess
   */
  public record Limit(long total, long perJob, long refusedFrom, boolean isKnown) {
    /** Nothing is known. */
    public static final Limit NONE =
        new Limit(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, false);

    /** Of one job that is about to be assembled: a guess may change until it is sent. */
    public long perJobIfKnown() {
      return isKnown || total == Long.MAX_VALUE ? perJob : Long.MAX_VALUE;
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
    Limit limit = ofTier.isPresent() ? ofTier(ofTier.getAsLong(), model) : Limit.NONE;
    if (shown.refused().isPresent()) {
      Limit lower = shown(shown, quota.table().enqueuedTokens(model).values());
      limit = lower.total() < limit.total() ? lower : limit;
    }
    return quota.maxTokens().isPresent()
        ? new Limit(
            limit.total(),
            Math.min(quota.maxTokens().getAsLong(), limit.total()),
            limit.refusedFrom(),
            limit.isKnown())
        : limit;
  }

  private Limit ofTier(long tokens, String model) {
    long margin = factors.isCounted(model) ? COUNTED_MARGIN : ESTIMATED_MARGIN;
    return of(percent(tokens, 100 - margin), percent(tokens, 100 + margin), true);
  }

  private static Limit of(long total, long refusedFrom, boolean isKnown) {
    long atLeastOne = Math.max(1, total);
    return new Limit(atLeastOne, Math.max(1, atLeastOne / JOBS), refusedFrom, isKnown);
  }

  private static long percent(long tokens, long percent) {
    return Math.round(tokens / 100.0 * percent);
  }

  /**
   * What a refusal leaves.
   *
   * @param tiers the limits of the model, of which one is the likeliest
   */
  private static Limit shown(Shown shown, Collection<Long> tiers) {
    long allowed = shown.allowed();
    long refused = shown.refused().orElseThrow();
    boolean isConfirmed = shown.refusals() > 1;
    if (refused - allowed <= percent(allowed, WORTH_TRYING_PERCENT)) {
      // A single refusal may have had another cause: it is checked once before it counts for long.
      return isConfirmed ? of(allowed, refused, true) : of(2 * refused, Long.MAX_VALUE, false);
    }
    long tier =
        tiers.stream()
            .filter(each -> each <= percent(refused, CLEARLY_LESS_PERCENT))
            .mapToLong(each -> percent(each, 100 - COUNTED_MARGIN))
            .max()
            .orElse(0);
    if (allowed < tier) {
      return of(tier, Long.MAX_VALUE, false);
    }
    // Past a tier's limit the next step is a small one: that limit is probably the one that counts.
    boolean isPastTier = tier > 0 && allowed < percent(tier, 100 + WORTH_TRYING_PERCENT);
    long next =
        allowed == 0
            ? refused / 2
            : isPastTier ? percent(allowed, 102 + WORTH_TRYING_PERCENT) : (allowed + refused) / 2;
    return of(Math.min(next, (allowed + refused) / 2), Long.MAX_VALUE, false);
  }

  /**
   * Whether a refusal is about what may be sent within a time, and says nothing of what is open.
   */
  public static boolean isPerTime(ServiceFailure refusal) {
    return refusal.retryAfter().isPresent() || ServiceWords.isPerTime(refusal.getMessage());
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
