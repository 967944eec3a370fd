package dev.geminibatch.stage.poll;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.job.JobWriter;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.LedgerDatabase;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunClaims;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.sandbox.Counters;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.Connections;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.gemini.GeminiService;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.receive.Receiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a look at open jobs costs, over real HTTP. */
class JobPollingTest {
  private static final int JOBS = 99;

  @TempDir Path folder;
  private final MovableClock clock = new MovableClock(Clock.systemUTC());
  private Sandbox sandbox;
  private LedgerDatabase database;
  private RunClaims claims;
  private Ledger ledger;
  private Connection service;
  private JobPolling watch;
  private Run run;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC());
    Settings settings =
        Settings.of(
            PropertySources.read(
                Map.of(
                    "gemini.base-url", sandbox.baseUrl().toString(), "gemini.api-key", "some-key"),
                Map.of(),
                List.of()),
            folder,
            folder);
    database = LedgerDatabase.open(settings.folders().state());
    ledger = new Ledger(database, clock);
    claims = new RunClaims(settings.folders().state());
    Connections services = new Connections(new RetryPolicy(1, Duration.ZERO, time -> {}), clock);
    StageContext context =
        new StageContext(ledger, claims, settings, services, clock, Progress.none());
    service = services.of(settings);
    watch = new JobPolling(context, service);
    Path input = Files.writeString(folder.resolve("x.jsonl"), nativeLine("k", "x") + "\n");
    run = ledger.run(new Receiver(context, new Random(1)).receive(order(input)));
    openJobs(input);
  }

  private static Receiver.Order order(Path input) {
    return new Receiver.Order(
        input, input.resolveSibling("out.jsonl"), Optional.empty(), false, false);
  }

  private void openJobs(Path input) throws IOException {
    GeminiService gemini = service.gemini();
    String file =
        gemini
            .upload(
                new FileUpload(Content.of(input), "files/in", "in", "application/jsonl"), s -> {})
            .name();
    List<Job> jobs = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int number = 1; number <= JOBS; number++) {
      names.add(gemini.createBatch("gemini-x", file, "job " + number).name());
      jobs.add(job(number));
    }
    ledger.inspected(run.id(), "x", JOBS, 0, false);
    ledger.uploaded(run.id(), 0, 0);
    ledger.assembled(run.id(), 1, jobs, 0);
    for (Job job : jobs) {
      ledger.jobUploaded(job, service.project(), file);
      ledger.jobCreating(job, 100);
      ledger.jobOpen(job, names.get(job.number() - 1), "PENDING");
    }
  }

  private Job job(int number) throws IOException {
    try (JobWriter writer =
        new JobWriter(
            new RunFolder(folder.resolve("state"), run.id()), number, "gemini-x", 9, 99)) {
      return writer.toJob(run);
    }
  }

  @AfterEach
  void close() throws IOException {
    service.close();
    claims.close();
    database.close();
    sandbox.close();
  }

  @Test
  void a_hundred_open_jobs_cost_one_request() {
    assertThat(requestsOfALook()).isEqualTo(1);
    assertThat(open()).hasSize(JOBS);
  }

  @Test
  void jobs_that_the_newest_page_does_not_show_are_found_at_two_requests_a_look()
      throws IOException {
    sandbox.setJobTime(Duration.ZERO);
    GeminiService gemini = service.gemini();
    gemini.allBatches(); // all of ours are over now, and a lot of newer jobs of others come
    for (int i = 0; i < 250; i++) {
      gemini.createBatch("gemini-x", "files/in", "another");
    }

    int looks = 0;
    while (!open().isEmpty() && looks++ < 10) {
      assertThat(requestsOfALook()).isLessThanOrEqualTo(2);
    }
    assertThat(open()).isEmpty();
  }

  private long requestsOfALook() {
    Counters counters = sandbox.counters();
    long before = counters.requests(Endpoint.BATCH_LIST) + counters.requests(Endpoint.BATCH_GET);
    clock.forward(Duration.ofMinutes(1));
    watch.look(open(), Map.of(run.id(), run));
    return counters.requests(Endpoint.BATCH_LIST) + counters.requests(Endpoint.BATCH_GET) - before;
  }

  private List<Job> open() {
    return ledger.jobs(JobState.OPEN);
  }
}
