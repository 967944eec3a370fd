package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.report.MemberView;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.Sharing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A run in a list.
 *
 * @param state in words
 * @param kind gives its state a colour
 * @param note what it waits for, how its jobs are, or how many of its lines have no answer; and
 *     where it is, if there are several places
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
    Optional<End> end,
    RunCost cost) {
  /**
   * When a run is likely to end.
   *
   * @param left until then
   */
  record End(Instant at, Duration left) {
    /** {@code in about 12 minutes}. */
    String inWords() {
      return "in about " + Amounts.roughly(left);
    }
  }

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
        Stream.of(note(run, jobs, beside), where(run, beside))
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining("; ")),
        run.counts().requests(),
        done,
        percent(done, run.counts().requests()),
        Amounts.time(Duration.between(run.updated(), beside.now())),
        end(run, jobs, beside),
        RunCost.of(
            run, jobs, beside.outlook().prices(run.profile()), job -> beside.output(run, job)));
  }

  /** Adds for programs what is not in the ledger in this form. */
  ObjectNode addTo(ObjectNode json) {
    json.put("note", note);
    json.put("answeredSoFar", done);
    json.put("expectedEnd", end.map(each -> each.at().toString()).orElse(null));
    json.set("spent", cost.spent().json());
    json.set("expectedCost", cost.expected().json());
    return json;
  }

  /** The class that gives the state of a run its colour. */
  static String kind(Run run) {
    if (run.state() == RunState.FAILED) {
      return "final";
    }
    if (run.isDelivered()) {
      return run.counts().unanswered() == 0 ? "answered" : "again";
    }
    return run.isPaused() || run.isHeld() ? "again" : "open";
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
    if (run.reason().isPresent()) {
      return Amounts.firstLine(run.reason().get());
    }
    Optional<String> leader = run.leader().map(other -> "same content as run " + other);
    Stream<Optional<String>> notes =
        run.state().isFinished() || leader.isPresent() || jobs.isEmpty()
            ? Stream.of(unanswered(run), leader)
            : Stream.of(Optional.of(states(jobs)), shared(jobs, beside), doubt(jobs, beside));
    return notes.flatMap(Optional::stream).collect(Collectors.joining("; "));
  }

  private static String where(Run run, RunRows.Beside beside) {
    return Optional.ofNullable(beside.places().get(run.id()))
        .flatMap(place -> MemberView.place(run, place))
        .orElse("");
  }

  private static Optional<String> unanswered(Run run) {
    long lines = run.counts().unanswered();
    return run.isDelivered() && lines > 0
        ? Optional.of(Amounts.count(lines) + " without an answer")
        : Optional.empty();
  }

  /** {@code 1 job running}; {@code 12 jobs: 9 running, 3 succeeded}. */
  private static String states(List<Job> jobs) {
    Map<String, Long> states =
        jobs.stream()
            .collect(
                Collectors.groupingBy(
                    job -> StatusView.state(job).replace('_', ' '),
                    TreeMap::new,
                    Collectors.counting()));
    String all = Amounts.count(jobs.size(), "job");
    return states.size() == 1
        ? all + " " + states.keySet().iterator().next()
        : all
            + ": "
            + states.entrySet().stream()
                .map(each -> Amounts.count(each.getValue()) + " " + each.getKey())
                .collect(Collectors.joining(", "));
  }

  private static Optional<String> shared(List<Job> jobs, RunRows.Beside beside) {
    return jobs.stream()
        .filter(job -> job.state() == JobState.OPEN)
        .flatMap(job -> beside.sharing().apply(job).stream())
        .findFirst()
        .map(Sharing::inWords);
  }

  private static Optional<String> doubt(List<Job> jobs, RunRows.Beside beside) {
    return jobs.stream()
        .filter(job -> job.state() == JobState.OPEN)
        .flatMap(
            job ->
                job
                    .times()
                    .submitted()
                    .flatMap(submitted -> beside.pace(job.model()).doubt(submitted, beside.now()))
                    .stream())
        .findFirst();
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
  private static Optional<End> end(Run run, List<Job> jobs, RunRows.Beside beside) {
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
        : Optional.of(new End(last, Duration.between(beside.now(), last)));
  }
}
