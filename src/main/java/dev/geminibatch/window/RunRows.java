package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.Whereabouts.Place;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.report.MemberView;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.ModelPace;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.Sharing;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Makes rows of the runs of a page, with one question for the jobs of all of them. */
final class RunRows {
  private final Ledger ledger;
  private final Outlook outlook;
  private final Overview overview;
  private final Clock clock;

  RunRows(Sources sources, Overview overview) {
    this.ledger = sources.ledger();
    this.outlook = sources.outlook();
    this.overview = overview;
    this.clock = sources.clock();
  }

  /**
   * What is known beside a run and its jobs.
   *
   * @param sharing with how many a job shares the one that the service knows
   * @param places where runs are, if that is worth saying
   * @param late how jobs have been of late
   */
  record Beside(
      Function<Job, Optional<Sharing>> sharing,
      Map<String, Place> places,
      Overview.Late late,
      Outlook outlook,
      Instant now) {
    ModelPace pace(String model) {
      return late.paces().getOrDefault(model, new ModelPace(model, List.of()));
    }

    /** How many tokens each answer of a job is likely to have. */
    long output(Run run, Job job) {
      Long ofLate = late.output().get(ModelName.shortName(job.model()));
      return ofLate == null ? outlook.outputTokens(run.profile()) : ofLate;
    }

    /** When a job is likely to end that the service works on. */
    Optional<Instant> end(Job job) {
      return job.times()
          .submitted()
          .flatMap(submitted -> pace(job.model()).left(submitted, now))
          .map(now::plus);
    }
  }

  /** Rows in the order of the runs, 500 at the most. */
  List<RunRow> of(List<Run> runs) {
    Map<String, List<Job>> jobs = jobs(runs);
    Beside beside = beside(runs, jobs);
    return runs.stream()
        .map(run -> RunRow.of(run, jobs.getOrDefault(run.id(), List.of()), beside))
        .toList();
  }

  /** One row. */
  RunRow of(Run run) {
    return of(List.of(run)).get(0);
  }

  /** The same for programs. */
  List<ObjectNode> json(List<Run> runs) {
    Map<String, List<Job>> jobs = jobs(runs);
    Beside beside = beside(runs, jobs);
    return runs.stream()
        .map(run -> json(run, jobs.getOrDefault(run.id(), List.of()), beside))
        .toList();
  }

  private static ObjectNode json(Run run, List<Job> jobs, Beside beside) {
    ObjectNode json = StatusView.json(run, jobs, beside.sharing());
    json.put("profile", run.profile());
    json.put("since", run.updated().toString());
    if (beside.places().containsKey(run.id())) {
      MemberView.add(json, run, beside.places().get(run.id()));
    }
    return RunRow.of(run, jobs, beside).addTo(json);
  }

  private Map<String, List<Job>> jobs(List<Run> runs) {
    return ledger.jobs().of(runs.stream().map(Run::id).toList());
  }

  private Beside beside(List<Run> runs, Map<String, List<Job>> jobs) {
    ledger.packs().prepare(jobs.values().stream().flatMap(List::stream).toList());
    return new Beside(
        ledger.packs()::sharing,
        ledger.whereabouts().of(runs.stream().map(Run::id).toList()),
        overview.late(),
        outlook,
        clock.instant());
  }
}
