package dev.geminibatch.run;

import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.run.TurnOrder.Waiting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Runs of many sizes that arrive at random and share the tokens of one model, in simulated seconds.
 * The jobs are created in turns, or by those who came first.
 */
public final class TurnSimulation {
  static final long LIMIT = 3_000_000;
  private static final long PER_JOB = LIMIT / 10;
  private static final int MAX_OPEN = 90;
  private static final String MODEL = "gemini-x";

  /** A run of so many tokens is small. */
  private static final long SMALL = 20_000;

  private final Random random;
  private final Way way;
  private final Map<String, RunOf> runs = new HashMap<>();
  private final List<Job> waiting = new ArrayList<>();
  private final PriorityQueue<Job> open = new PriorityQueue<>(Comparator.comparing(Job::end));
  private double clock;
  private double turn;
  private long enqueued;
  private double waited;
  private double used;
  private double longestWaitOfSmall;
  private double sumOfWaits;
  private long smallRuns;

  private record RunOf(String id, double arrival, int priority, long tokens) {}

  private record Job(String run, int number, long tokens, double turn, double arrival, double end) {
    Job endingAt(double time) {
      return new Job(run, number, tokens, turn, arrival, time);
    }
  }

  /**
   * What came of it.
   *
   * @param use how much of the quota was in use while anything waited, 0 to 1
   * @param longestWait seconds from the arrival of a small run to the creation of its job
   * @param unfinished runs that have not been created whole
   */
  public record Outcome(double use, double longestWait, double meanWait, long unfinished) {}

  /** Who is next. */
  public enum Way {
    /** Jobs of all that is allowed, the oldest first. */
    FIRST_COME,
    /** Turns of jobs of a tenth of that. */
    TURNS,
    /** The same where the limit is learned later, so that each run is one job until it is next. */
    TURNS_CUT_LATE
  }

  private TurnSimulation(long seed, Way way) {
    this.random = new Random(seed);
    this.way = way;
  }

  /** The same arrivals for the same seed. */
  public static Outcome of(long seed, int arrivals, Way way) {
    return new TurnSimulation(seed, way).run(arrivals);
  }

  private Outcome run(int arrivals) {
    double nextArrival = 0;
    for (int i = 0; i < arrivals || !waiting.isEmpty(); ) {
      boolean isArrival = i < arrivals && (open.isEmpty() || nextArrival <= open.peek().end());
      moveTo(isArrival ? nextArrival : open.peek().end());
      if (isArrival) {
        arrive("run-" + i++);
        // Somewhat more than the quota takes, so that there is always a queue.
        nextArrival += -Math.log(1 - random.nextDouble()) * 40;
      } else {
        enqueued -= open.remove().tokens();
      }
      create();
    }
    return new Outcome(
        waited == 0 ? 1 : used / waited,
        longestWaitOfSmall,
        sumOfWaits / smallRuns,
        waiting.size());
  }

  private void moveTo(double time) {
    if (!waiting.isEmpty()) {
      waited += time - clock;
      used += (time - clock) * enqueued / LIMIT;
    }
    clock = time;
  }

  private void arrive(String id) {
    // Eight of ten are small; a few are many times the quota.
    double kind = random.nextDouble();
    long tokens =
        kind < 0.8
            ? 10 + random.nextInt((int) SMALL - 10)
            : kind < 0.995 ? 50_000 + random.nextInt(1_000_000) : 10 * LIMIT;
    int priority = random.nextInt(20) == 0 ? 1 + random.nextInt(9) : 5;
    runs.put(id, new RunOf(id, clock, priority, tokens));
    switch (way) {
      case FIRST_COME -> add(id, 1, tokens, LIMIT, clock, clock);
      case TURNS -> add(id, 1, tokens, PER_JOB, turn, clock);
      case TURNS_CUT_LATE -> add(id, 1, tokens, Long.MAX_VALUE, turn, clock);
    }
  }

  private void add(String id, int first, long all, long mostInJob, double from, double arrival) {
    double start = from;
    long tokens = all;
    for (int number = first; tokens > 0; number++) {
      long some = Math.min(tokens, mostInJob);
      waiting.add(new Job(id, number, some, start, arrival, 0));
      start += way == Way.FIRST_COME ? 0 : TurnOrder.step(share(some), runs.get(id).priority());
      tokens -= some;
    }
    waiting.sort(
        Comparator.comparingDouble(Job::turn)
            .thenComparing(Job::arrival)
            .thenComparing(Job::run)
            .thenComparing(Job::number));
  }

  private static double share(long tokens) {
    return TurnOrder.share(tokens, LIMIT, MAX_OPEN);
  }

  private dev.geminibatch.run.Job.Size size(Job job) {
    return new dev.geminibatch.run.Job.Size(job.tokens(), TokensByKind.NONE, job.tokens());
  }

  private long perJob() {
    return way == Way.FIRST_COME ? LIMIT : PER_JOB;
  }

  /** Cuts the first job that is next and too large; whether there was one. */
  private boolean cut(List<Waiting> next) {
    for (Waiting each : next) {
      Job job = job(each);
      if (size(job).isCutFor(perJob())) {
        waiting.remove(job);
        double start = Math.max(turn, job.turn());
        add(job.run(), job.number() + 1, job.tokens(), PER_JOB, start, job.arrival());
        return true;
      }
    }
    return false;
  }

  private Job job(Waiting next) {
    return waiting.stream()
        .filter(each -> each.run().equals(next.runId()) && each.number() == next.number())
        .findFirst()
        .orElseThrow();
  }

  private List<Waiting> next() {
    List<Waiting> inTurn =
        waiting.stream()
            .map(
                job ->
                    new Waiting(
                        job.run(),
                        job.number(),
                        MODEL,
                        size(job).firstTokens(perJob()),
                        true,
                        false))
            .toList();
    return TurnOrder.next(inTurn, MAX_OPEN - open.size(), Map.of(MODEL, enqueued), model -> LIMIT);
  }

  private void create() {
    List<Waiting> all = next();
    while (cut(all)) {
      all = next();
    }
    for (Waiting next : all) {
      Job job = job(next);
      long priorities =
          waiting.stream().map(Job::run).distinct().mapToLong(id -> runs.get(id).priority()).sum();
      turn = TurnOrder.after(turn, job.turn(), share(job.tokens()), priorities);
      waiting.remove(job);
      enqueued += job.tokens();
      // The service takes some minutes, and longer for more.
      open.add(job.endingAt(clock + 120 + random.nextInt(240) + job.tokens() / 5_000.0));
      RunOf run = runs.get(job.run());
      if (run.tokens() <= SMALL) {
        smallRuns++;
        sumOfWaits += clock - run.arrival();
        longestWaitOfSmall = Math.max(longestWaitOfSmall, clock - run.arrival());
      }
    }
  }
}
