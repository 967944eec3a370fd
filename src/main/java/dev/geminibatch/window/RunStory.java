package dev.geminibatch.window;

import dev.geminibatch.cost.Preflight;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.report.Report;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.RemoteJobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What has happened to a run, by what the ledger knows and by the times of its files. The times of
 * files that were copied since say nothing, and are left out where that is seen.
 */
final class RunStory {
  /** An attempt with more jobs is summed up. */
  private static final int MOST_JOBS = 8;

  /** The clock of a disk in the network may be off by that much. */
  private static final long TOLERANCE_SECONDS = 2;

  private final Run run;
  private final RunFolder folder;
  private final Instant end;
  private final List<Moment> moments = new ArrayList<>();

  /** Something that happened. */
  record Moment(Instant time, String what) {}

  private RunStory(Run run, RunFolder folder, Instant end) {
    this.run = run;
    this.folder = folder;
    this.end = end;
  }

  /**
   * Tells the story, in the order in which it happened.
   *
   * @param jobs of the run itself
   * @param report as it was delivered, or as far as it has come
   */
  static List<Moment> of(
      Run run,
      RunFolder folder,
      List<Job> jobs,
      Optional<Preflight> preflight,
      Optional<Report> report,
      Instant now) {
    Optional<Instant> delivered = report.map(Report::delivered).map(Instant::parse);
    RunStory story = new RunStory(run, folder, delivered.orElse(now));
    story.begin(preflight);
    for (int attempt :
        jobs.stream().map(Job::attempt).collect(Collectors.toCollection(TreeSet::new))) {
      story.attempt(attempt, jobs.stream().filter(job -> job.attempt() == attempt).toList());
    }
    story.end(delivered, report);
    return story.moments.stream().sorted(Comparator.comparing(Moment::time)).toList();
  }

  private void add(Optional<Instant> time, String what) {
    time.ifPresent(at -> moments.add(new Moment(at, what)));
  }

  private void begin(Optional<Preflight> preflight) {
    add(Optional.of(run.created()), "received, " + Amounts.size(run.input().size()));
    if (preflight.isPresent()) {
      long bad = preflight.get().bad();
      add(
          written(folder.preflight()),
          Amounts.count(preflight.get().lines(), "line")
              + " checked"
              + (bad == 0 ? "" : ", " + Amounts.count(bad) + " cannot be sent")
              + run.leader().map(id -> "; the same content as run " + id).orElse(""));
    }
  }

  private void attempt(int attempt, List<Job> jobs) {
    Run.Counts counts = run.counts();
    long files = counts.uploadsNew() + counts.uploadsReused();
    long lines = jobs.stream().mapToLong(Job::requests).sum();
    add(
        written(folder.jobIndex(jobs.get(0).number())),
        (attempt > 1 ? "attempt " + attempt + ": " : "")
            + Amounts.count(lines, "line")
            + (attempt > 1 ? " sent again in " : " put into ")
            + Amounts.count(jobs.size(), "job")
            + (attempt > 1 || files == 0
                ? ""
                : "; "
                    + Amounts.count(counts.uploadsNew(), "file")
                    + " uploaded, "
                    + Amounts.count(counts.uploadsReused())
                    + " reused"));
    if (jobs.size() <= MOST_JOBS) {
      jobs.forEach(this::job);
    } else {
      jobs(jobs);
    }
  }

  private void job(Job job) {
    String name = job.label();
    add(
        job.times().submitted(),
        name
            + " created, "
            + Amounts.count(job.requests(), "request")
            + job.name().map(known -> ": " + known.value()).orElse(""));
    add(job.times().started(), name + " seen running");
    add(job.times().givenUp(), name + " is cancelled, because it takes too long");
    add(
        job.times().ended(),
        name
            + " over: "
            + job.remote().state().map(RemoteJobState::words).orElse("ended")
            + job.reason().map(why -> ", " + Amounts.firstLine(why)).orElse(""));
    if (job.state() == JobState.COLLECTED) {
      add(
          written(folder.matches(job.number())),
          Amounts.count(job.outcome().answered(), "answer") + " of " + name + " fetched");
    }
  }

  private void jobs(List<Job> jobs) {
    tell(jobs, job -> job.times().submitted(), "created");
    tell(jobs, job -> job.times().started(), "seen running");
    tell(jobs, job -> job.times().ended(), "over");
  }

  /** The first and the last one of many. */
  private void tell(List<Job> jobs, Function<Job, Optional<Instant>> time, String what) {
    List<Instant> times = jobs.stream().map(time).flatMap(Optional::stream).sorted().toList();
    if (!times.isEmpty()) {
      add(Optional.of(times.get(0)), "first job " + what);
      add(
          Optional.of(times.get(times.size() - 1)),
          Amounts.count(times.size()) + " of " + Amounts.count(jobs.size(), "job") + " " + what);
    }
  }

  private void end(Optional<Instant> delivered, Optional<Report> report) {
    if (run.isDelivered()) {
      add(
          delivered.or(() -> Optional.of(run.updated())),
          "delivered: "
              + Amounts.count(run.counts().answered())
              + " answered, "
              + Amounts.count(report.map(Report::failed).orElse(run.counts().unanswered()))
              + " without an answer"
              + (run.isCancelled() ? "; it was cancelled" : ""));
    } else if (run.state().isFinished()) {
      add(
          Optional.of(run.updated()),
          "failed" + run.reason().map(why -> ": " + Amounts.firstLine(why)).orElse(""));
    }
  }

  private Optional<Instant> written(Path file) {
    try {
      Instant time = Files.getLastModifiedTime(file).toInstant();
      boolean isPossible =
          !time.isBefore(run.created().minusSeconds(TOLERANCE_SECONDS))
              && !time.isAfter(end.plusSeconds(TOLERANCE_SECONDS));
      return isPossible ? Optional.of(time) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
