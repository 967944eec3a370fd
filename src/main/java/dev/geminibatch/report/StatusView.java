package dev.geminibatch.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.ModelPace;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.Sharing;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJobState;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A run as {@code --status} shows it: what state it is in, and what it waits for. */
public final class StatusView {
  private StatusView() {}

  /** The state in words. */
  public static String state(Run run) {
    return lower(run.state());
  }

  /**
   * What it waits for, or how its jobs are, in one line.
   *
   * @param sharing with how many a job shares the one that the service knows
   * @param paces how long jobs of a model take
   */
  public static String note(
      Run run,
      List<Job> jobs,
      Function<Job, Optional<Sharing>> sharing,
      Function<String, ModelPace> paces,
      Instant now) {
    String rest =
        ofStages(
            run,
            jobs,
            job ->
                expected(job, paces, now)
                    + sharing.apply(job).map(shared -> ", " + shared.inWords()).orElse(""));
    String stopped = stopped(run, jobs, sharing);
    return stopped.isEmpty() ? rest : rest.isEmpty() ? stopped : stopped + "; " + rest;
  }

  /** Whether a person has stopped it, and how it ends; empty if it goes its way. */
  public static String stopped(Run run, List<Job> jobs, Function<Job, Optional<Sharing>> sharing) {
    if (run.state().isFinished() || !run.isCancelled()) {
      return run.isPaused() && !run.state().isFinished() ? "paused" : "";
    }
    return jobs.stream()
        .filter(job -> job.state() == JobState.OPEN && sharing.apply(job).isPresent())
        .findFirst()
        .map(job -> "being cancelled, ends with " + job.shownName())
        .orElse("being cancelled");
  }

  /** When an open job is likely to end, or what is odd about it. */
  private static String expected(Job job, Function<String, ModelPace> paces, Instant now) {
    Optional<Instant> submitted = job.times().submitted();
    if (job.state() != JobState.OPEN || submitted.isEmpty()) {
      return "";
    }
    ModelPace pace = paces.apply(job.model());
    return pace.doubt(submitted.get(), now)
        .or(
            () ->
                pace.left(submitted.get(), now)
                    .map(left -> "about " + Amounts.time(left) + " left"))
        .map(text -> " (" + text + ")")
        .orElse("");
  }

  private static String ofStages(Run run, List<Job> jobs, Function<Job, String> expected) {
    Optional<String> reason = run.reason().map(Amounts::firstLine);
    if (reason.isPresent()) {
      return reason.get();
    }
    if (run.leader().isPresent()) {
      return "same content as run " + run.leader().get();
    }
    return jobs.stream()
        .map(job -> job.shownName() + " " + state(job).replace('_', ' ') + expected.apply(job))
        .collect(Collectors.joining(", "));
  }

  /**
   * Everything, for programs.
   *
   * @param sharing with how many a job shares the one that the service knows
   */
  public static ObjectNode json(Run run, List<Job> jobs, Function<Job, Optional<Sharing>> sharing) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("run", run.id());
    json.put("input", run.source().toString());
    json.put("state", state(run));
    json.put("reason", run.reason().orElse(null));
    json.put("paused", run.isPaused());
    json.put("cancelled", run.isCancelled());
    json.put("priority", run.options().priority());
    json.put("answeredBy", run.leader().orElse(null));
    json.put("requests", run.counts().requests());
    json.put("answered", run.counts().answered());
    json.put("output", run.output().map(Object::toString).orElse(null));
    json.put("received", run.created().toString());
    for (Job job : jobs) {
      ObjectNode each = json.withArray("jobs").addObject();
      each.put("name", job.name().map(JobName::value).orElse(null));
      each.put("model", job.model());
      each.put("state", state(job));
      each.put("requests", job.requests());
      each.put("answered", job.outcome().answered());
      each.put("reason", job.reason().orElse(null));
      sharing
          .apply(job)
          .ifPresent(
              shared ->
                  each.putObject("shared")
                      .put("runs", shared.runs())
                      .put("requests", shared.requests()));
    }
    return json;
  }

  /** The state of a job as one word, the service's if it has given one. */
  public static String state(Job job) {
    return job.remote().state().map(RemoteJobState::word).orElse(lower(job.state()));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
