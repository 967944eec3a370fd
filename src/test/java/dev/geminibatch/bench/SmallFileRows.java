package dev.geminibatch.bench;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * What everybody does first: a small file, from the command line, with a job that takes seconds.
 */
final class SmallFileRows {
  private static final int LINES = 50;
  private static final Duration JOB = Duration.ofSeconds(2);
  private static final long POLL_MILLIS = 100;

  private final Conditions conditions;

  SmallFileRows(Conditions conditions) {
    this.conditions = conditions;
  }

  void measure() throws Exception {
    try (Sandbox sandbox = Sandbox.start(0, JOB, Clock.systemUTC())) {
      PlainProgram plain = new PlainProgram(sandbox.baseUrl(), POLL_MILLIS);
      Rounds script = new Rounds();
      Rounds ours = new Rounds();
      Rounds processor = new Rounds();
      Rounds memory = new Rounds();
      for (int round = 0; round < conditions.rounds(); round++) {
        Path folder = conditions.scratch();
        Path input = write(folder, round);
        long begin = System.nanoTime();
        plain.run(input, folder.resolve("plain.jsonl"));
        script.add(Processes.secondsSince(begin));
        begin = System.nanoTime();
        RealJar.Running run =
            conditions
                .installed()
                .launcher("small-file", folder, sandbox.baseUrl())
                .with("POLL_INTERVAL", POLL_MILLIS + "ms")
                .start("--file", input.toString());
        Processes.Use use = Processes.awaitEnd(run.process());
        ours.add(Processes.secondsSince(begin));
        assertThat(run.result().exit()).as(run.result().err()).isZero();
        processor.add(use.processorSeconds());
        memory.add(use.megabytes());
      }
      Figures figures = conditions.figures();
      double ratio = script.median() / ours.median();
      String what = "--file with " + LINES + " lines, job of " + JOB.toSeconds() + " s";
      figures.add("small-file", what, ours, "s", ratio, "a script that runs already");
      figures.add("small-file-script", "the same by that script", script, "s");
      figures.add("small-file-processor", "the same, processor time", processor, "s");
      figures.add("small-file-memory", "the same, peak resident memory", memory, "MB");
    }
  }

  private static Path write(Path folder, int round) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      lines.append(nativeLine("k" + i, "question " + i + " of " + round)).append('\n');
    }
    return Files.writeString(folder.resolve("small.jsonl"), lines);
  }
}
