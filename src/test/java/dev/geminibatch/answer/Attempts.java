package dev.geminibatch.answer;

import static dev.geminibatch.testkit.Samples.nativeLine;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.job.Rejection;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An input, and on disk what became of its lines at several attempts. */
final class Attempts {
  static final String WHY_REJECTED = "its file is gone";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final AnswerCheck CHECK = new AnswerCheck(Strictness.STRICT);

  private final Path folder;
  private final List<String> keys;
  private final List<Integer> offsets = new ArrayList<>();
  private final List<Adding> added = new ArrayList<>();
  private int files;

  /** Adds what is on disk to a result. */
  @FunctionalInterface
  private interface Adding {
    void to(ResultWriter writer) throws IOException;
  }

  /** An input with one line for each key; a key that looks like a number is one. */
  Attempts(Path folder, String... keys) throws IOException {
    this.folder = folder;
    this.keys = List.of(keys);
    StringBuilder input = new StringBuilder();
    for (String key : keys) {
      offsets.add(input.length());
      String line = nativeLine(key, "x");
      input.append(isNumber(key) ? line.replace('"' + key + '"', key) : line).append('\n');
    }
    Files.writeString(folder.resolve("input"), input);
  }

  private static boolean isNumber(String key) {
    return key.matches("\\d+");
  }

  /** A job for the lines with these keys, which come in the order of the input. */
  void job(int attempt, List<String> lines, String... answers) throws IOException {
    JobFiles job =
        new JobFiles(
            file("index"),
            file("tokens"),
            file("formats"),
            file("refusals"),
            file("a"),
            file("matches"));
    files++;
    try (JobIndex.Writer index = new JobIndex.Writer(job.index())) {
      for (String key : lines) {
        int line = keys.indexOf(key);
        index.add(
            new JobIndex.Entry(line + 1, offsets.get(line), KeyTable.hash(key), isNumber(key), 0));
      }
    }
    Files.write(job.answers(), List.of(answers));
    AnswerMatcher.Outcome outcome = AnswerMatcher.match(job, CHECK);
    long first = job.firstLine().orElseThrow();
    added.add(
        writer ->
            writer.addJob(
                first,
                () -> new JobAnswers(job, CHECK, AnswerLine.missing()),
                attempt,
                outcome.tokens()));
  }

  /** Lines that were not sent at an attempt. */
  void rejected(int attempt, String... lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String key : lines) {
      int line = keys.indexOf(key);
      Rejection rejection =
          new Rejection(
              line + 1, offsets.get(line), 1, ProblemCode.FILE_GONE.problem(WHY_REJECTED));
      text.append(MAPPER.writeValueAsString(rejection)).append('\n');
    }
    Path rejected = Files.writeString(file("rejected"), text);
    files++;
    added.add(writer -> writer.addRejected(rejected, attempt));
  }

  private Path file(String name) {
    return folder.resolve(name + "-" + files);
  }

  /** Merges everything. */
  ResultWriter.Outcome write() throws IOException {
    try (ResultWriter writer =
        new ResultWriter(Optional.of(folder.resolve("input")), new RequestReader())) {
      for (Adding each : added) {
        each.to(writer);
      }
      return writer.write(results(), errors());
    }
  }

  Path results() {
    return folder.resolve("results");
  }

  Path errors() {
    return folder.resolve("errors");
  }
}
