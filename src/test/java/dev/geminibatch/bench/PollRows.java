package dev.geminibatch.bench;

import static dev.geminibatch.testkit.Samples.nativeLine;

import dev.geminibatch.sandbox.Counters;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** How often the service is asked about open jobs. */
final class PollRows {
  private static final int JOBS = 90;
  private static final Duration WATCHED = Duration.ofSeconds(6);

  private final Conditions conditions;

  PollRows(Conditions conditions) {
    this.conditions = conditions;
  }

  void measure() throws Exception {
    Path folder = conditions.scratch();
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC())) {
      RealJar jar =
          conditions
              .installed()
              .launcher("polls", folder, sandbox.baseUrl())
              .with("JOB_MAX_REQUESTS", "1")
              .with("POLL_INTERVAL", "1s");
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < JOBS; i++) {
        lines.append(nativeLine("k" + i, "question " + i)).append('\n');
      }
      Files.writeString(folder.resolve("x.jsonl"), lines);
      RealJar.Running run = jar.start("--file", "x.jsonl");
      Processes.await(run.process(), () -> sandbox.counters().jobsCreated() == JOBS);
      long before = polls(sandbox);
      Thread.sleep(WATCHED.toMillis());
      double polls = polls(sandbox) - before;
      String what = JOBS + " open jobs, requests a second with a tick a second";
      conditions.figures().add("polls", what, polls / WATCHED.toSeconds(), "");
      run.stop();
    }
  }

  private static long polls(Sandbox sandbox) {
    Counters counters = sandbox.counters();
    return counters.requests(Endpoint.BATCH_LIST) + counters.requests(Endpoint.BATCH_GET);
  }
}
