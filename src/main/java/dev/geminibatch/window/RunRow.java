package dev.geminibatch.window;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A run in a list.
 *
 * @param state in words
 * @param kind gives its state a colour
 * @param note what it waits for, or how its jobs are
 * @param done how many of its requests are answered, by the service's own counts where there are
 *     some
 * @param answered the same in percent
 * @param since how long it has been in its state, in words
 * @param end when it is likely to end
 */
record RunRow(
    String id,
    String name,
    String profile,
    String state,
    String kind,
    String note,
    long requests,
    long done,
    int answered,
    String since,
    Optional<Instant> end,
    RunCost cost) {
  /** Each of so many jobs has a place in a note. */
  private static final int FEW_JOBS = 3;

  /**
   * A run as it is now.
   *
   * @param jobs all of it
   * @param beside what else is known
   */
  static RunRow of(Run run, List<Job> jobs, RunRows.Beside beside) {
    long done = done(run, jobs);
    return new RunRow(
        run.id(),
        run.name(),
        run.profile(),
        words(run),
        kind(run),
        note(run, jobs, beside),
        run.counts().requests(),
        done,
        percent(done, run.counts().requests()),
        Amounts.time(Duration.between(run.updated(), beside.now())),
        end(run, jobs, beside),
        RunCost.of(
            run,
            jobs,
            beside.outlook().prices(run.profile()),
            beside.outlook().outputTokens(run.profile())));
  }

  /** When it is likely to end, in words; empty if that is not known. */
  String left(Instant now) {
    return end.map(each -> "in about " + Amounts.roughly(Duration.between(now, each))).orElse("");
  }

  /** The class that gives the state of a run its colour. */
  static String kind(Run run) {
    if (run.state() == RunState.FAILED) {
      return "final";
    }
    return run.isDelivered() ? "answered" : run.isPaused() || run.isHeld() ? "again" : "open";
  }

  static int percent(long some, long all) {
    return all <= 0 ? 0 : (int) (100.0 * Math.min(some, all) / all);
  }

  private static String words(Run run) {
    if (!run.state().isFinished() && run.isStopped()) {
      return run.isCancelled() ? "being cancelled" : run.isPaused() ? "paused" : "held";
    }
    return switch (run.state()) {
      case RECEIVING, RECEIVED -> "received";
      case INSPECTED -> "checked";
      case UPLOADED -> "uploaded";
      case ASSEMBLED -> run.isQueued() ? "waiting" : "ready";
      case SUBMITTED -> "with the service";
      case COLLECTED -> "being delivered";
      case FOLLOWING -> "follows another";
      case DELIVERED -> "delivered";
      case FAILED -> "failed";
    };
  }

  private static String note(Run run, List<Job> jobs, RunRows.Beside beside) {
    boolean areMany = jobs.size() > FEW_JOBS && run.reason().isEmpty();
    List<Job> shown = run.state().isFinished() || areMany ? List.of() : jobs;
    String note = StatusView.note(run, shown, beside.sharing(), beside::pace, beside.now());
    String stopped = "paused"; // the state says so
    String rest = note.startsWith(stopped) ? note.substring(stopped.length()) : note;
    String ofJobs = areMany && !run.state().isFinished() ? inShort(jobs) : "";
    return rest.replaceFirst("^; ", "") + (rest.isEmpty() || ofJobs.isEmpty() ? "" : "; ") + ofJobs;
  }

  /** {@code 12 jobs: 9 running, 3 succeeded}. */
  private static String inShort(List<Job> jobs) {
    return Amounts.count(jobs.size(), "job")
        + ": "
        + jobs.stream()
            .collect(
                Collectors.groupingBy(
                    job -> StatusView.state(job).replace('_', ' '),
                    TreeMap::new,
                    Collectors.counting()))
            .entrySet()
            .stream()
            .map(each -> Amounts.count(each.getValue()) + " " + each.getKey())
            .collect(Collectors.joining(", "));
  }

  /** A later attempt sends what has no answer, so that no answer counts twice. */
  private static long done(Run run, List<Job> jobs) {
    if (run.state().isFinished()) {
      return run.counts().answered();
    }
    return jobs.stream()
        .mapToLong(
            job ->
                job.state() == JobState.COLLECTED
                    ? job.outcome().answered()
                    : job.remote().done().map(Job.Done::answered).orElse(0L))
        .sum();
  }

  /** Of its last job, if all are with the service. */
  private static Optional<Instant> end(Run run, List<Job> jobs, RunRows.Beside beside) {
    Instant last = Instant.MIN;
    for (Job job : jobs) {
      boolean isOver = job.state().compareTo(JobState.OPEN) > 0;
      Optional<Instant> end = job.state() == JobState.OPEN ? beside.end(job) : Optional.empty();
      if (!isOver && end.isEmpty()) {
        return Optional.empty();
      }
      last = end.filter(last::isBefore).orElse(last);
    }
    return run.state().isFinished() || last.equals(Instant.MIN)
        ? Optional.empty()
        : Optional.of(last);
  }
}
