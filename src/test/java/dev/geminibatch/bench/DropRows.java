package dev.geminibatch.bench;

import static dev.geminibatch.testkit.Samples.nativeLine;

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
import java.util.List;
import java.util.stream.Stream;

/**
 * Thousands of files of one line, dropped at once: with jobs that they share, and with their own.
 */
final class DropRows {
  private static final int FILES = Integer.getInteger("bench.files", 10_000);
  private static final long POLL_MILLIS = 100;

  private final Conditions conditions;

  DropRows(Conditions conditions) {
    this.conditions = conditions;
  }

  void measure() throws Exception {
    measure("drops", "5s", FILES + " files of one line that share jobs, files a second");
    measure("drops-alone", "0", "the same, a job for each file");
  }

  private void measure(String id, String packWait, String what) throws Exception {
    Rounds plain = new Rounds();
    Rounds ours = new Rounds();
    Rounds memory = new Rounds();
    Rounds processor = new Rounds();
    Rounds requests = new Rounds();
    for (int round = 0; round < conditions.fewRounds(); round++) {
      try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
        Path folder = conditions.scratch();
        List<Path> files = write(Files.createDirectories(folder.resolve("files")));
        plain.add(FILES / plain(files, folder, sandbox));
        RealJar.Running daemon =
            conditions
                .installed()
                .launcher(id, folder, sandbox.baseUrl())
                .with("JOB_PACK_WAIT", packWait)
                .start();
        daemon.says("Ready.");
        long before = requests(sandbox.counters());
        long begin = System.nanoTime();
        for (Path file : files) {
          Files.move(file, folder.resolve("inbox").resolve(file.getFileName()));
        }
        Processes.Use use = Processes.await(daemon.process(), () -> results(folder) == FILES);
        ours.add(FILES / Processes.secondsSince(begin));
        memory.add(use.megabytes());
        processor.add(1000 * use.processorSeconds() / FILES);
        requests.add((requests(sandbox.counters()) - before) / (double) FILES);
        daemon.stop();
      }
    }
    Figures figures = conditions.figures();
    double ratio = ours.median() / plain.median();
    figures.add(id, what, ours, "", ratio, "a loop, a job for each");
    figures.add(id + "-requests", "the same, requests per file without polls", requests, "");
    figures.add(id + "-processor", "the same, processor time per file", processor, "ms");
    figures.add(id + "-memory", "the same, peak resident memory", memory, "MB");
  }

  private double plain(List<Path> files, Path folder, Sandbox sandbox) throws Exception {
    Path results = Files.createDirectories(folder.resolve("plain"));
    long begin = System.nanoTime();
    new PlainProgram(sandbox.baseUrl(), POLL_MILLIS).runEach(files, results);
    return Processes.secondsSince(begin);
  }

  private static List<Path> write(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      Path file = folder.resolve("x" + i + ".jsonl");
      files.add(Files.writeString(file, nativeLine("k" + i, "question " + i)));
    }
    return files;
  }

  private static long requests(Counters counters) {
    return Stream.of(
            Endpoint.UPLOAD_START, Endpoint.UPLOAD_CHUNK, Endpoint.BATCH_CREATE, Endpoint.DOWNLOAD)
        .mapToLong(counters::requests)
        .sum();
  }

  private static long results(Path folder) {
    try (Stream<Path> files = Files.list(folder.resolve("outbox"))) {
      return files.filter(file -> file.toString().endsWith("-results.jsonl")).count();
    } catch (IOException e) {
      return 0;
    }
  }
}
