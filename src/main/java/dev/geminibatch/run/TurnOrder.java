package dev.geminibatch.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Turns of jobs that wait for the same room, which is so many open jobs of a project and so many
 * enqueued tokens of each of its models.
 *
 * <p>It is fair queueing by start times. Each job costs the larger of its shares of the two limits,
 * divided by the priority of its run, and stands behind the job before it of the same run by that
 * much. The first job of a run that arrives stands where the turns of the project are now. So a
 * small run that comes behind a large one is next, and the large one still gets its share; the
 * order is a number with each job, which survives restarts and needs no memory.
 */
public final class TurnOrder {
  /**
   * No model's limit is as low. What asks for fewer tokens was probably refused for another reason,
   * which may pass.
   */
  public static final long CREDIBLE = 10_000;

  private TurnOrder() {}

  /**
   * A job that waits.
   *
   * @param isDue whether it may be tried now
   * @param isRefused whether the service has refused it for lack of quota when it was last tried
   */
  public record Waiting(
      String runId, int number, String model, long tokens, boolean isDue, boolean isRefused) {

    /**
     * Whether a job has to wait with this one, if it was refused: it would be refused, too. That is
     * not said of one that is much smaller, where tokens may be what there were too many of; so
     * only few are tried before one fits.
     */
    public boolean holdsBack(long tokensOfOther) {
      return isRefused && (tokens < CREDIBLE || tokensOfOther >= tokens / 2);
    }
  }

  /**
   * What a job takes of its project.
   *
   * @param limit tokens of its model that may be enqueued; {@link Long#MAX_VALUE} if not known
   * @param maxOpen jobs that may be open
   */
  public static double share(long tokens, long limit, int maxOpen) {
    return Math.max((double) tokens / Math.max(1, limit), 1.0 / Math.max(1, maxOpen));
  }

  /** How far behind a job of this share the next one of the same run stands. */
  public static double step(double share, int priority) {
    return share / priority;
  }

  /**
   * Where the turns of a project are once a job is created.
   *
   * <p>They move with the work done, so that nobody is overtaken forever by runs that keep
   * arriving; and by half of it only, so that whoever arrives now still stands before the next job
   * of the run whose job this was.
   *
   * @param now where they were
   * @param turn of the job
   * @param priorities of all runs that wait, this one among them, added up
   */
  public static double after(double now, double turn, double share, long priorities) {
    return Math.max(now, turn) + share / (2.0 * Math.max(1, priorities));
  }

  /**
   * The jobs that may be created now. Whoever is next keeps the claim until there is room: nobody
   * of the same model passes it, and everybody else does. What waits for its next try after a
   * refusal is passed by jobs that are much smaller.
   *
   * @param inTurn all that wait in a project, in the order of their turns
   * @param jobs that may still be opened
   * @param enqueued tokens of the open jobs, by model
   * @param limits tokens that may be enqueued of a model
   */
  public static List<Waiting> next(
      Iterable<Waiting> inTurn,
      int jobs,
      Map<String, Long> enqueued,
      ToLongFunction<String> limits) {
    List<Waiting> next = new ArrayList<>();
    Set<String> claimed = new HashSet<>();
    Map<String, Waiting> refused = new HashMap<>();
    Map<String, Long> used = new HashMap<>(enqueued);
    for (Waiting job : inTurn) {
      if (next.size() >= jobs) {
        break;
      }
      Waiting before = refused.get(job.model());
      if (claimed.contains(job.model()) || before != null && before.holdsBack(job.tokens())) {
        continue;
      }
      if (!job.isDue()) {
        if (job.isRefused()) {
          refused.put(job.model(), job); // smaller than one before it, or it would not come here
        }
        continue;
      }
      long open = used.getOrDefault(job.model(), 0L);
      // The largest job goes alone: the service may take it, and else says so.
      if (open > 0 && job.tokens() > limits.applyAsLong(job.model()) - open) {
        claimed.add(job.model());
      } else {
        used.put(job.model(), open + Math.max(1, job.tokens()));
        next.add(job);
        if (job.isRefused()) {
          claimed.add(job.model()); // it finds out for all others whether there is quota again
        }
      }
    }
    return next;
  }
}
