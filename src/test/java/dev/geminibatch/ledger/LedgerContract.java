package dev.geminibatch.ledger;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.RunState;
import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.Jobs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the suites for a ledger have in common, on whatever database it is. */
abstract class LedgerContract {
  static final ProjectId PROJECT = new ProjectId("project");
  static final ProjectId OTHER_PROJECT = new ProjectId("another");
  static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path folder;
  final MovableClock clock = new MovableClock(Clock.fixed(START, ZoneOffset.UTC));
  Ledger ledger;
  private int runs;

  /** Opens the ledger under test; opened again, it is the same one. */
  abstract Ledger open(Clock clock) throws IOException;

  @BeforeEach
  void openLedger() throws IOException {
    ledger = open(clock);
  }

  @AfterEach
  void closeLedger() {
    ledger.close();
  }

  final void reopen() throws IOException {
    ledger.close();
    ledger = open(clock);
  }

  final RunLedger runs() {
    return ledger.runs();
  }

  final JobLedger jobs() {
    return ledger.jobs();
  }

  /** A run as the ledger has it now. */
  final Run run(String id) {
    return ledger.queries().run(id);
  }

  final CreationQueue queue(int maxOpen, long tokens) {
    return queue(maxOpen, new CreationQueue.Limit(tokens, tokens));
  }

  final CreationQueue queue(int maxOpen) {
    return queue(maxOpen, CreationQueue.Limit.NONE);
  }

  final CreationQueue queue(int maxOpen, CreationQueue.Limit limit) {
    return ledger.creationQueue(() -> maxOpen, (project, model) -> limit, Duration.ofSeconds(10));
  }

  /** A run whose input is about to be taken; ids ascend. */
  final Run newRun(String name, boolean isDryRun) {
    return Run.receiving(
        "run-%03d".formatted(++runs),
        new RunInput(name, Path.of("inbox", name), true, 0, 0),
        new RunOptions("default", "gemini-x", Path.of("media"), name, false, 5, isDryRun),
        Optional.empty(),
        clock.instant());
  }

  /** The id of a run whose input was taken. */
  final String received(String name) {
    return received(newRun(name, false));
  }

  final String received(Run run) {
    runs().add(run);
    runs().received(run.id(), 1, 2);
    return run.id();
  }

  /** The id of a run whose content nobody else has. */
  final String inspected(String name) {
    String run = received(name);
    runs().inspected(run, run, 1, 0, false);
    return run;
  }

  /** Gives a run one job whose file is with the service. */
  final Job withJob(String run) {
    return withJob(run, "gemini-x");
  }

  final Job withJob(String run, String model) {
    return withJob(run, model, Jobs.requests(1));
  }

  final Job withJob(String run, String model, Job.Size size) {
    assemble(run, 1, model, size);
    jobs().uploaded(jobs().job(run, 1), PROJECT, "files/" + run);
    return jobs().job(run, 1);
  }

  /** Gives a run jobs whose files are here. */
  final List<Job> withJobs(String run, int count, Job.Size each) {
    assemble(run, count, "gemini-x", each);
    return jobs().of(run);
  }

  private void assemble(String run, int count, String model, Job.Size size) {
    if (run(run).state() == RunState.RECEIVED) {
      runs().inspected(run, run, 1, 0, false);
    }
    runs().uploaded(run, 0, 0);
    List<Job> jobs = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      String name = "x [" + run + "." + number + "]";
      jobs.add(Job.assembled(run(run), number, model, size, name));
    }
    runs().assembled(run, 1, jobs, 0);
  }

  /** A run with one job that the service works on. */
  final Job withOpenJob(String run) {
    Job job = withJob(run);
    jobs().creating(job, Jobs.room(90));
    jobs().opened(job, new JobName("batches/" + run), "BATCH_STATE_PENDING");
    return jobs().job(run, 1);
  }

  /** The id of a run whose only job is with the service. */
  final String submitted(String name) {
    Job job = withOpenJob(received(name));
    runs().submitted(job.runId());
    return job.runId();
  }

  /** The id of a run that was delivered; its fingerprint is its id. */
  final String delivered(String name) {
    String run = inspected(name);
    runs().moveTo(run, RunState.COLLECTED);
    runs().delivered(run, 1);
    return run;
  }
}
