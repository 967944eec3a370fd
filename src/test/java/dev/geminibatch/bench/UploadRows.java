package dev.geminibatch.bench;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.png;

import dev.geminibatch.sandbox.Counters;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A few hundred images, dropped for a daemon that has just started; beside a loop over threads in a
 * process that has run for a while.
 */
final class UploadRows {
  private static final int FILES = 400;
  private static final int BYTES = 64 << 10;
  private static final int CONCURRENCY = 32;
  private static final Duration EACH = Duration.ofMillis(150);

  private final Conditions conditions;

  UploadRows(Conditions conditions) {
    this.conditions = conditions;
  }

  /**
   * What the service saw, in seconds.
   *
   * @param fromFirst from the first request of an upload to the end of the last one
   * @param fromDrop from the moment at which the file was dropped
   */
  private record Seen(double fromFirst, double fromDrop) {}

  void measure() throws Exception {
    Rounds plain = new Rounds();
    Rounds fromFirst = new Rounds();
    Rounds fromDrop = new Rounds();
    Rounds memory = new Rounds();
    long again = 0;
    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      sandbox.faults().add("upload-chunk delay=" + EACH.toMillis() + "ms");
      PlainProgram program = new PlainProgram(sandbox.baseUrl(), 100);
      plainLoop(program, sandbox, "warm-up");
      for (int round = 0; round < conditions.rounds(); round++) {
        plain.add(plainLoop(program, sandbox, "plain " + round));
        Path folder = conditions.scratch();
        RealJar.Running daemon = start(folder, sandbox);
        Seen seen = drop(folder, sandbox, "round " + round);
        fromFirst.add(seen.fromFirst());
        fromDrop.add(seen.fromDrop());
        memory.add(Processes.await(daemon.process(), () -> true).megabytes());
        again = dropAgain(folder, sandbox);
        daemon.stop();
      }
    }
    Figures figures = conditions.figures();
    String what = FILES + " images, " + CONCURRENCY + " at once, " + EACH.toMillis() + " ms each";
    double base = plain.median();
    figures.add(
        "uploads", what, fromFirst, "s", base / fromFirst.median(), "a warm loop over threads");
    figures.add("uploads-plain", "the same by that loop", plain, "s");
    figures.add(
        "uploads-from-drop",
        "the same, from the drop to the last upload",
        fromDrop,
        "s",
        base / fromDrop.median(),
        "a warm loop over threads");
    figures.add("uploads-again", "the same once more, uploads", again, "");
    figures.add("uploads-memory", "the same, peak resident memory", memory, "MB");
  }

  private RealJar.Running start(Path folder, Sandbox sandbox) throws Exception {
    return conditions
        .installed()
        .launcher("uploads", folder, sandbox.baseUrl())
        .with("UPLOAD_CONCURRENCY", Integer.toString(CONCURRENCY))
        .with("MEDIA_ROOT", folder.resolve("media").toString())
        .start()
        .says("Ready.");
  }

  private double plainLoop(PlainProgram program, Sandbox sandbox, String content) throws Exception {
    List<Path> files = images(Files.createDirectories(conditions.scratch()), content);
    long begin = System.nanoTime();
    program.uploadAll(files, "image/png");
    return Processes.secondsSince(begin);
  }

  private static List<Path> images(Path folder, String content) throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      byte[] image = Arrays.copyOf(png(content + " image " + i), BYTES);
      files.add(Files.write(folder.resolve("image-" + i + ".png"), image));
    }
    return files;
  }

  private static Seen drop(Path folder, Sandbox sandbox, String content) throws Exception {
    images(Files.createDirectories(folder.resolve("media")), content);
    Path part = write(folder.resolve("x.part"), "");
    Counters counters = sandbox.counters();
    long files = counters.filesStored() + FILES;
    long starts = counters.requests(Endpoint.UPLOAD_START);
    long dropped = System.nanoTime();
    Files.move(part, folder.resolve("inbox/x.jsonl"));
    while (counters.requests(Endpoint.UPLOAD_START) == starts) {
      Thread.sleep(1);
    }
    long first = System.nanoTime();
    while (counters.filesStored() < files) {
      Thread.sleep(1);
    }
    return new Seen(Processes.secondsSince(first), Processes.secondsSince(dropped));
  }

  /** Images that are known already: how many of them are uploaded. */
  private static long dropAgain(Path folder, Sandbox sandbox) throws Exception {
    Counters counters = sandbox.counters();
    while (counters.requests(Endpoint.BATCH_CREATE) == 0) {
      Thread.sleep(1);
    }
    long starts = counters.requests(Endpoint.UPLOAD_START);
    long jobs = counters.jobsCreated();
    Files.move(write(folder.resolve("y.part"), " again"), folder.resolve("inbox/y.jsonl"));
    while (counters.jobsCreated() == jobs) {
      Thread.sleep(1);
    }
    return counters.requests(Endpoint.UPLOAD_START) - starts - 1; // one is the job's own file
  }

  private static Path write(Path file, String suffix) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < FILES; i++) {
      lines.append(extraction(i + suffix, "image-" + i + ".png")).append('\n');
    }
    return Files.writeString(file, lines);
  }
}
