package dev.geminibatch.testkit;

import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.report.Report;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A ledger with runs of every kind. All ids and times are the same each time. */
public final class SampleRuns implements AutoCloseable {
  /** Two jobs, one of them a second attempt; four of six lines are answered. */
  public static final String DELIVERED = "20260102-030400-aaaaaa";

  private static final ProjectId PROJECT = new ProjectId("0123456789abcdef");

  private final MovableClock clock =
      new MovableClock(Clock.fixed(Instant.parse("2026-01-02T03:04:00Z"), ZoneOffset.UTC));
  private final StateFolder state;
  private final Ledger ledger;
  private final Report report;

  /** Writes the runs into a new ledger. */
  public SampleRuns(StateFolder state) throws IOException {
    this.state = state;
    ledger = Ledger.open(state, clock);
    delivered();
    report = reported();
    String follower = received("20260102-030500-bbbbbb", "letters again.jsonl", "default");
    ledger.runs().inspected(follower, DELIVERED, 6, 1, true);
    String parked = inspected("20260102-030600-cccccc", "parked.jsonl", "default");
    ledger.runs().parked(parked, "The service is busy\nand says so twice", Duration.ofMinutes(1));
    String queued = withJob("20260102-030700-dddddd", "queued.jsonl").runId();
    CreationQueue queue =
        ledger.creationQueue(
            () -> 1, (project, model) -> CreationQueue.Limit.NONE, Duration.ofSeconds(10));
    ledger.runs().queued(queued, queue.full("gemini-x", PROJECT));
    Job running = opened(withJob("20260102-030800-eeeeee", "running.jsonl"), "batches/running");
    ledger.jobs().seen(running, "BATCH_STATE_RUNNING", true);
    ledger.runs().submitted(running.runId());
    String failed = inspected("20260102-030900-ffffff", "failed.jsonl", "default");
    ledger.runs().failed(failed, "No line can be sent.\nThe first one: no JSON");
    String held = inspected("20260102-031000-gggggg", "held.jsonl", "books");
    ledger.runs().hold(held, "waits for somebody to look at its cost");
  }

  private void delivered() {
    String run = received(DELIVERED, "letters מכתבים.jsonl", "default");
    ledger.runs().inspected(run, DELIVERED, 6, 1, false);
    ledger.runs().uploaded(run, 3, 2);
    ledger
        .runs()
        .assembled(
            run,
            1,
            List.of(
                Job.assembled(run(), 1, "gemini-x", Jobs.requests(5), "letters [" + run + ".1]")),
            1);
    ledger.jobs().uploaded(ledger.jobs().job(run, 1), PROJECT, "files/one");
    Job first = opened(ledger.jobs().job(run, 1), "batches/one");
    clock.forward(Duration.ofSeconds(90));
    ledger.jobs().seen(first, "BATCH_STATE_RUNNING", true);
    clock.forward(Duration.ofMinutes(20));
    ledger.jobs().ended(first, "BATCH_STATE_SUCCEEDED", "files/batch-one", null);
    ledger.jobs().collected(first, 4, 1, new Tokens(12_000, 3_400, 560, 700));
    ledger.runs().submitted(run);
    ledger.runs().sendAgain(run, 2);
    ledger.runs().uploaded(run, 0, 5);
    ledger
        .runs()
        .assembled(
            run,
            2,
            List.of(
                Job.assembled(run(), 2, "gemini-x", Jobs.requests(1), "letters [" + run + ".2]")),
            0);
    ledger.jobs().uploaded(ledger.jobs().job(run, 2), PROJECT, "files/two");
    Job second = opened(ledger.jobs().job(run, 2), "batches/two");
    clock.forward(Duration.ofHours(1));
    ledger
        .jobs()
        .ended(second, "BATCH_STATE_FAILED", null, "13 INTERNAL: <b>no</b> luck & \"no\" answer");
    ledger.jobs().collected(second, 0, 0, Tokens.NONE);
    ledger.runs().submitted(run);
    ledger.runs().moveTo(run, RunState.COLLECTED);
    ledger.runs().promiseOutput(run, Path.of("outbox", "letters-batch-results.jsonl"));
    ledger.runs().delivered(run, 4);
  }

  private Report reported() throws IOException {
    Path stray = state.run(DELIVERED).strayAnswers(1);
    Files.createDirectories(stray.getParent());
    Files.writeString(
        stray,
        "{\"unknown\":1,\"repeated\":0,\"unreadable\":0,\"examples\":[\"line 9: unknown key q\"]}");
    Map<String, Long> failures = new TreeMap<>();
    failures.put(ProblemCode.FILE_MISSING.code(), 1L);
    failures.put(ProblemCode.NO_ANSWER.code(), 1L);
    Tokens tokens = new Tokens(12_000, 3_400, 560, 700);
    Reports reports = new Reports(ledger, state, prices(), clock);
    Report report =
        reports.delivered(
            run(),
            ledger.jobs().of(DELIVERED),
            new ResultWriter.Outcome(4, 2, failures, tokens),
            Optional.empty());
    reports.keep(run(), report);
    return report;
  }

  private static Prices prices() {
    Prices.Price price =
        new Prices.Price(new BigDecimal("0.15"), new BigDecimal("0.015"), new BigDecimal("1.25"));
    return new Prices("2026-01-01", "USD", Map.of("gemini-x", price));
  }

  private Run run() {
    return ledger.queries().run(DELIVERED);
  }

  private String received(String id, String name, String profile) {
    clock.forward(Duration.ofMinutes(1));
    Path source = Path.of("inbox", name);
    ledger
        .runs()
        .add(
            Run.receiving(
                id,
                new RunInput(name, source, true, 0, 0),
                new RunOptions(profile, "gemini-x", Path.of("media"), name, false, 5, false),
                Optional.empty(),
                clock.instant()));
    ledger.runs().received(id, 100, 0);
    return id;
  }

  private String inspected(String id, String name, String profile) {
    String run = received(id, name, profile);
    ledger.runs().inspected(run, run, 1234, 0, false);
    return run;
  }

  private Job withJob(String id, String name) {
    String run = inspected(id, name, "default");
    ledger.runs().uploaded(run, 0, 0);
    Job job = Job.assembled(ledger.queries().run(run), 1, "gemini-x", Jobs.requests(1234), name);
    ledger.runs().assembled(run, 1, List.of(job), 0);
    ledger.jobs().uploaded(job, PROJECT, "files/" + run);
    return ledger.jobs().job(run, 1);
  }

  private Job opened(Job job, String name) {
    ledger.jobs().creating(job, Jobs.room(90));
    ledger.jobs().opened(job, new JobName(name), "BATCH_STATE_PENDING");
    return job;
  }

  /** What the delivered run came to; it is in the run's folder as well. */
  public Report report() {
    return report;
  }

  @Override
  public void close() {
    ledger.close();
  }
}
