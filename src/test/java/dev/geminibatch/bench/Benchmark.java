package dev.geminibatch.bench;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.TurnSimulation;
import dev.geminibatch.sandbox.Counters;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import dev.geminibatch.testkit.Samples;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures, and compares with a plain loop over the same data in the same run. What it finds is
 * printed as a table and written to {@code target/benchmark}.
 */
@Tag("bench")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class Benchmark {
  private static final Figures FIGURES = new Figures();
  private static final long MEGABYTES = Long.getLong("bench.megabytes", 1024);
  private static final String MEMORY = "-Xmx256m";
  private static final String JOB_CREATED = "job created";

  @TempDir Path folder;

  @AfterAll
  static void tell() throws IOException {
    FIGURES.write(Path.of("target/benchmark"));
  }

  @Test
  @Order(1)
  void a_line() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(LineWork.class.getName())
                    .verbosity(VerboseMode.SILENT)
                    .forks(1)
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(2))
                    .measurementIterations(3)
                    .measurementTime(TimeValue.seconds(2))
                    .build())
            .run();
    for (String kind : new String[] {"text", "tagged"}) {
      double plain = nanoseconds(results, kind, ".jackson");
      double ours = nanoseconds(results, kind, ".ours");
      FIGURES.add(
          "a " + kind + " line, checked and rewritten", ours / 1000, "us", plain / ours, "Jackson");
    }
  }

  private static double nanoseconds(Collection<RunResult> results, String kind, String method) {
    return results.stream()
        .filter(result -> result.getParams().getParam("kind").equals(kind))
        .filter(result -> result.getParams().getBenchmark().endsWith(method))
        .mapToDouble(result -> result.getPrimaryResult().getScore())
        .findFirst()
        .orElseThrow();
  }

  @Test
  @Order(2)
  void a_large_file() throws Exception {
    Path input = folder.resolve("large.jsonl");
    long lines = writeLines(input);
    long bytes = Files.size(input);
    double plain = plainLoop(input);
    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      long jobs = (lines + 999_999) / 1_000_000;
      long begin = System.nanoTime();
      RealJar.Running run =
          new RealJar(folder, sandbox.baseUrl()).java(MEMORY).start("--file", input.toString());
      long created =
          Processes.await(run.process(), () -> Processes.count(run.err(), JOB_CREATED) == jobs);
      double seconds = Processes.secondsSince(begin);
      long peak = Math.max(created, Processes.await(run.process(), () -> false));
      double whole = Processes.secondsSince(begin);
      assertThat(run.result().exit()).as(run.result().err()).isZero();
      try (Stream<String> answers = Files.lines(folder.resolve("large-batch-results.jsonl"))) {
        assertThat(answers.count()).isEqualTo(lines);
      }
      plain = (plain + plainLoop(input)) / 2;
      double withJob;
      try (Sandbox another = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC())) {
        withJob = plainLoop(input, another.baseUrl().toString());
      }
      String size = MEGABYTES + " MB of text lines";
      FIGURES.add(
          size + ", start to job created", bytes / 1e6 / seconds, "MB/s", plain / seconds, "plain");
      FIGURES.add(
          "the same by a plain loop that uploads it, too",
          bytes / 1e6 / withJob,
          "MB/s",
          plain / withJob,
          "plain");
      FIGURES.add("the same, start to results (the sandbox works, too)", whole, "s");
      FIGURES.add("the same, peak resident memory with " + MEMORY, peak, "MB");
    }
  }

  private static long writeLines(Path file) throws IOException {
    long lines = 0;
    long written = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 17)) {
      while (written < MEGABYTES << 20) {
        byte[] line = (Samples.textLine(lines++) + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(line);
        written += line.length;
      }
    }
    return lines;
  }

  /** How long the plain loop takes; with a service, until its job is created. */
  private double plainLoop(Path input, String... service) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                MEMORY,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                PlainLoop.class.getName(),
                input.toString(),
                folder.resolve("plain.jsonl").toString()));
    command.addAll(List.of(service));
    long begin = System.nanoTime();
    Process loop = new ProcessBuilder(command).inheritIO().start();
    assertThat(loop.waitFor()).isZero();
    return Processes.secondsSince(begin);
  }

  @Test
  @Order(3)
  void uploads() throws Exception {
    UploadBench.measure(folder, FIGURES);
  }

  @Test
  @Order(4)
  void a_large_file_over_a_bad_connection() throws Exception {
    Path video = folder.resolve("big.mp4");
    writeVideo(video, MEGABYTES << 20);
    Files.writeString(folder.resolve("x.jsonl"), extraction("1", "big.mp4"));
    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      sandbox
          .faults()
          .add("upload-chunk cut times=1")
          .add("upload-chunk lost-answer times=1")
          .add("upload-chunk cut times=1");
      RealJar.Running run =
          new RealJar(folder, sandbox.baseUrl()).java(MEMORY).start("--file", "x.jsonl");
      long peak = Processes.await(run.process(), () -> false);
      assertThat(run.result().exit()).as(run.result().err()).isZero();
      assertThat(sandbox.counters().requests(Endpoint.UPLOAD_START)).isEqualTo(2);
      FIGURES.add("a video of " + MEGABYTES + " MB with three cuts, peak memory", peak, "MB");
    }
  }

  private static void writeVideo(Path file, long bytes) throws IOException {
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write("\0\0\0\u0018ftypisom".getBytes(StandardCharsets.ISO_8859_1));
      for (long written = 0; written < bytes; written += block.length) {
        out.write(block);
      }
    }
  }

  @Test
  @Order(5)
  void many_files() throws Exception {
    int files = 10_000;
    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      RealJar jar = new RealJar(folder, sandbox.baseUrl()).java(MEMORY).with("JOB_PACK_WAIT", "5s");
      long begin = System.nanoTime();
      RealJar.Running daemon = jar.start();
      Processes.await(daemon.process(), () -> Processes.count(daemon.err(), "Ready.") > 0);
      FIGURES.add("the daemon is ready after", Processes.secondsSince(begin), "s");
      begin = System.nanoTime();
      for (int i = 0; i < files; i++) {
        Path part = folder.resolve("inbox/x.part");
        Files.writeString(part, nativeLine("k" + i, "question " + i));
        Files.move(part, folder.resolve("inbox/x" + i + ".jsonl"));
      }
      long peak = Processes.await(daemon.process(), () -> results() == files);
      double seconds = Processes.secondsSince(begin);
      Counters counters = sandbox.counters();
      long requests =
          Stream.of(Endpoint.UPLOAD_START, Endpoint.UPLOAD_CHUNK, Endpoint.BATCH_CREATE)
                  .mapToLong(counters::requests)
                  .sum()
              + counters.requests(Endpoint.DOWNLOAD);
      FIGURES.add(
          files + " files of one line, polls every 100 ms, files a second", files / seconds, "");
      FIGURES.add("the same, jobs that they share", counters.requests(Endpoint.BATCH_CREATE), "");
      FIGURES.add("the same, requests per file without polls", requests / (double) files, "");
      FIGURES.add("the same, peak resident memory with " + MEMORY, peak, "MB");
      daemon.stop();
    }
  }

  private long results() {
    try (Stream<Path> files = Files.list(folder.resolve("outbox"))) {
      return files.filter(file -> file.toString().endsWith("-results.jsonl")).count();
    } catch (IOException e) {
      return 0;
    }
  }

  @Test
  @Order(6)
  void looks_at_many_jobs() throws Exception {
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC())) {
      RealJar jar =
          new RealJar(folder, sandbox.baseUrl())
              .java(MEMORY)
              .with("JOB_MAX_REQUESTS", "1")
              .with("POLL_INTERVAL", "1s");
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 90; i++) {
        lines.append(nativeLine("k" + i, "question " + i)).append('\n');
      }
      Files.writeString(folder.resolve("x.jsonl"), lines);
      RealJar.Running run = jar.start("--file", "x.jsonl");
      Processes.await(run.process(), () -> sandbox.counters().jobsCreated() == 90);
      long before = looks(sandbox);
      Thread.sleep(6000);
      double looks = looks(sandbox) - before;
      FIGURES.add("90 open jobs, requests a second with a tick a second", looks / 6, "");
      run.kill();
    }
  }

  private static long looks(Sandbox sandbox) {
    Counters counters = sandbox.counters();
    return counters.requests(Endpoint.BATCH_LIST) + counters.requests(Endpoint.BATCH_GET);
  }

  @Test
  @Order(7)
  void starts() throws Exception {
    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      RealJar jar = new RealJar(folder, sandbox.baseUrl()).java(MEMORY);
      FIGURES.add("--list, from start to end", seconds(jar), "s");
      if (Runtime.version().feature() >= 19) {
        String archive = "-XX:SharedArchiveFile=" + folder.resolve("classes.jsa");
        RealJar shared = jar.java(MEMORY, "-XX:+AutoCreateSharedArchive", archive);
        seconds(shared); // makes the archive
        FIGURES.add("the same with shared class data", seconds(shared), "s");
      }
    }
  }

  @Test
  @Order(8)
  void turns() {
    int runs = 2000;
    TurnSimulation.Outcome turns = TurnSimulation.of(1, runs, TurnSimulation.Way.TURNS);
    TurnSimulation.Outcome firstCome = TurnSimulation.of(1, runs, TurnSimulation.Way.FIRST_COME);
    FIGURES.add(
        runs + " simulated runs share a quota: in use while anything waits",
        100 * turns.use(),
        "%",
        turns.use() / firstCome.use(),
        "first come, first served");
    FIGURES.add(
        "the same, mean wait of small runs",
        turns.meanWait(),
        "s",
        firstCome.meanWait() / turns.meanWait(),
        "first come, first served");
    FIGURES.add(
        "the same, longest wait of small runs",
        turns.longestWait(),
        "s",
        firstCome.longestWait() / turns.longestWait(),
        "first come, first served");
  }

  private static double seconds(RealJar jar) throws Exception {
    double least = Double.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long begin = System.nanoTime();
      RealJar.Running run = jar.start("--list");
      Processes.await(run.process(), () -> false);
      least = Math.min(least, Processes.secondsSince(begin));
      assertThat(run.result().exit()).isZero();
    }
    return least;
  }
}
