package dev.geminibatch.bench;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.png;

import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.RealJar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The images of one run, by one member of a ledger on a server and by two that have just begun. */
final class MemberRows {
  private static final int FILES = 500;
  private static final int BYTES = 20 << 10;
  private static final int CONCURRENCY = 16;
  private static final Duration EACH = Duration.ofMillis(150);

  private final Conditions conditions;

  MemberRows(Conditions conditions) {
    this.conditions = conditions;
  }

  void measure() throws Exception {
    Rounds one = new Rounds();
    Rounds two = new Rounds();
    try (PostgresServer server = PostgresServer.start(conditions.scratch());
        Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      sandbox.faults().add("upload-chunk delay=" + EACH.toMillis() + "ms");
      for (int round = 0; round < conditions.fewRounds(); round++) {
        one.add(uploads(1, "one" + round, server, sandbox));
        two.add(uploads(2, "two" + round, server, sandbox));
      }
    }
    String what = FILES + " images, " + CONCURRENCY + " at once, by one member";
    conditions.figures().add("members-one", what, one, "s");
    conditions
        .figures()
        .add(
            "members-two",
            "the same by two members",
            two,
            "s",
            one.median() / two.median(),
            "one member");
  }

  /** From the first request of an upload to the end of the last one. */
  private double uploads(int members, String name, PostgresServer server, Sandbox sandbox)
      throws Exception {
    server.execute("postgres", "CREATE DATABASE " + name);
    Path folder = conditions.scratch();
    Files.createDirectories(folder.resolve("inbox"));
    Path part = files(folder, name);
    List<RealJar.Running> running = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      running.add(
          conditions
              .installed()
              .launcher("members", folder, sandbox.baseUrl())
              .with("LEDGER_URL", server.url(name))
              .with("LEDGER_USER", PostgresServer.USER)
              .with("UPLOAD_CONCURRENCY", Integer.toString(CONCURRENCY))
              .with("MEDIA_ROOT", folder.toString())
              .start()
              .says("Ready."));
    }
    long starts = sandbox.counters().requests(Endpoint.UPLOAD_START);
    long stored = sandbox.counters().filesStored() + FILES;
    Files.move(part, folder.resolve("inbox/x.jsonl"));
    while (sandbox.counters().requests(Endpoint.UPLOAD_START) == starts) {
      Thread.sleep(1);
    }
    long first = System.nanoTime();
    while (sandbox.counters().filesStored() < stored) {
      Thread.sleep(1);
    }
    double seconds = Processes.secondsSince(first);
    for (RealJar.Running member : running) {
      member.stop();
    }
    return seconds;
  }

  private static Path files(Path folder, String name) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < FILES; i++) {
      Files.write(folder.resolve(i + ".png"), Arrays.copyOf(png(name + " image " + i), BYTES));
      lines.append(extraction(name + "-" + i, i + ".png")).append('\n');
    }
    return Files.writeString(folder.resolve("x.part"), lines);
  }
}
