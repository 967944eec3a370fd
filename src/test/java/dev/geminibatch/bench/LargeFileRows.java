package dev.geminibatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A large file: until its jobs are created, and, once these have ended, until the answers are
 * delivered.
 */
final class LargeFileRows {
  private static final String JOB_CREATED = "job created";
  private static final int MOST_REQUESTS = 1_000_000;

  private final Conditions conditions;
  private long lines;

  LargeFileRows(Conditions conditions) {
    this.conditions = conditions;
  }

  void measure() throws Exception {
    Path input = conditions.folder().resolve("large.jsonl");
    lines = write(input, conditions.megabytes());
    Rounds copied = new Rounds();
    Rounds plainCreated = new Rounds();
    Rounds plainAnswered = new Rounds();
    Rounds created = new Rounds();
    Rounds answered = new Rounds();
    Rounds memory = new Rounds();
    for (int round = 0; round < conditions.fewRounds(); round++) {
      Map<String, Double> plain = plain(input);
      copied.add(plain.get("copied"));
      plainCreated.add(plain.get("created"));
      plainAnswered.add(plain.get("answered"));
      ours(input, created, answered, memory);
    }
    Files.delete(input);
    Figures figures = conditions.figures();
    String size = conditions.megabytes() + " MB of text lines";
    figures.add(
        "large",
        size + ", start to job created",
        created,
        "s",
        plainCreated.median() / created.median(),
        "a program that uploads it, too");
    figures.add(
        "large-copy",
        "the same by a loop that only copies each value",
        copied,
        "s",
        plainCreated.median() / copied.median(),
        "a program that uploads it, too");
    figures.add(
        "large-answers",
        "the same, from the jobs' end to the results",
        answered,
        "s",
        plainAnswered.median() / answered.median(),
        "a loop that downloads and copies");
    figures.add("large-memory", "the same, peak resident memory", memory, "MB");
  }

  private void ours(Path input, Rounds created, Rounds answered, Rounds memory) throws Exception {
    Path folder = conditions.scratch();
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC())) {
      long jobs = (lines + MOST_REQUESTS - 1) / MOST_REQUESTS;
      long begin = System.nanoTime();
      RealJar.Running run =
          conditions
              .installed()
              .launcher("large", folder, sandbox.baseUrl())
              .start("--file", input.toString());
      Processes.await(run.process(), () -> Processes.count(run.err(), JOB_CREATED) == jobs);
      created.add(Processes.secondsSince(begin));
      sandbox.setJobTime(Duration.ZERO);
      Processes.await(run.process(), () -> sandbox.counters().requests(Endpoint.DOWNLOAD) > 0);
      begin = System.nanoTime();
      memory.add(Processes.awaitEnd(run.process()).megabytes());
      answered.add(Processes.secondsSince(begin));
      assertThat(run.result().exit()).as(run.result().err()).isZero();
      Path results = folder.resolve("large-batch-results.jsonl");
      try (Stream<String> answers = Files.lines(results)) {
        assertThat(answers.count()).isEqualTo(lines);
      }
      Files.delete(results);
    }
  }

  /** How long each part took by a plain program, in seconds. */
  private Map<String, Double> plain(Path input) throws Exception {
    Path output = conditions.folder().resolve("plain.jsonl");
    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of(Installed.MEMORY, "-cp", classPath(), PlainProgram.class.getName()));
      command.addAll(List.of(input.toString(), output.toString(), sandbox.baseUrl().toString()));
      Process program =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Map<String, Double> seconds = new HashMap<>();
      try (var said = program.inputReader(StandardCharsets.UTF_8)) {
        said.lines()
            .map(line -> line.split(" "))
            .forEach(part -> seconds.put(part[0], Long.parseLong(part[1]) / 1e3));
      }
      assertThat(program.waitFor()).isZero();
      return seconds;
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static long write(Path file, long megabytes) throws IOException {
    long lines = 0;
    long written = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 17)) {
      while (written < megabytes << 20) {
        byte[] line = (Samples.textLine(lines++) + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(line);
        written += line.length;
      }
    }
    return lines;
  }
}
