package dev.geminibatch.stage.poll;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.sandbox.Counters;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.JobName;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a poll of open jobs costs, over real HTTP. */
class JobPollingTest {
  private static final int JOBS = 99;

  @TempDir Path folder;
  private Sandbox sandbox;
  private StageFixture fixture;
  private Connection connection;
  private JobPolling polling;
  private Run run;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC());
    fixture = StageFixture.open(folder, "gemini.base-url=" + sandbox.baseUrl());
    connection = fixture.workspace().connection();
    polling = new JobPolling(fixture.context(), connection);
    Path input = Files.writeString(folder.resolve("x.jsonl"), nativeLine("k", "x") + "\n");
    run = fixture.run(fixture.receiver().receive(fixture.order(input)));
    openJobs(input);
  }

  private void openJobs(Path input) throws IOException {
    FileUpload upload = new FileUpload(Content.of(input), "files/in", "in", "application/jsonl");
    String file = connection.files().upload(upload, sent -> {}).name();
    List<Job> jobs = new ArrayList<>();
    List<JobName> names = new ArrayList<>();
    for (int number = 1; number <= JOBS; number++) {
      names.add(connection.batches().createJob("gemini-x", file, "job " + number).jobName());
      jobs.add(Job.assembled(run, number, "gemini-x", Jobs.requests(1), "job " + number));
    }
    fixture.runs().inspected(run.id(), "x", JOBS, 0, false);
    fixture.runs().uploaded(run.id(), 0, 0);
    fixture.runs().assembled(run.id(), 1, jobs, 0);
    for (Job job : jobs) {
      fixture.jobs().uploaded(job, connection.project(), file);
      fixture.jobs().creating(job, Jobs.room(100));
      fixture.jobs().opened(job, names.get(job.number() - 1), "PENDING");
    }
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    sandbox.close();
  }

  @Test
  void a_hundred_open_jobs_cost_one_request() {
    assertThat(requestsOfAPoll()).isEqualTo(1);
    assertThat(open()).hasSize(JOBS);
  }

  @Test
  void jobs_that_the_newest_page_does_not_show_are_found_at_two_requests_a_poll()
      throws IOException {
    sandbox.setJobTime(Duration.ZERO);
    BatchService batches = connection.batches();
    batches.allJobs(); // all of ours are over now, and a lot of newer jobs of others come
    for (int i = 0; i < 250; i++) {
      batches.createJob("gemini-x", "files/in", "another");
    }

    int polls = 0;
    while (!open().isEmpty() && polls++ < 10) {
      assertThat(requestsOfAPoll()).isLessThanOrEqualTo(2);
    }
    assertThat(open()).isEmpty();
  }

  private long requestsOfAPoll() {
    Counters counters = sandbox.counters();
    long before = counters.requests(Endpoint.BATCH_LIST) + counters.requests(Endpoint.BATCH_GET);
    fixture.clock().forward(Duration.ofMinutes(1));
    polling.poll(open(), Map.of(run.id(), run));
    return counters.requests(Endpoint.BATCH_LIST) + counters.requests(Endpoint.BATCH_GET) - before;
  }

  private List<Job> open() {
    return fixture.jobs().inState(JobState.OPEN);
  }
}
