package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.line.LargeJson;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Writes the file with a job's answers, with all that goes wrong in it. */
final class AnswerFile {
  private static final ObjectMapper MAPPER = new ObjectMapper(LargeJson.FACTORY.copy());

  private final Faults faults;
  private final MadeUpAnswers answers;
  private final String project;
  private final boolean inlined;
  private long answered;
  private long failed;
  private byte[] held;
  private ObjectNode before;

  /**
   * Begins a file.
   *
   * @param inlined whether the answers end up in the job: then a key stands in the metadata
   */
  AnswerFile(Faults faults, MadeUpAnswers answers, String project, boolean inlined) {
    this.faults = faults;
    this.answers = answers;
    this.project = project;
    this.inlined = inlined;
  }

  /** Requests by outcome, as the service counts them, whatever is in the file. */
  record Counts(long answered, long failed) {}

  /** Every line: the first ones answered, the others cancelled. */
  Counts writeAll(Path input, Path target, long served) throws IOException {
    return write(input, target, served, Long.MAX_VALUE);
  }

  /** Only the first lines, as a job leaves behind that was ended. */
  Counts writeSome(Path input, Path target, long requests, double share) throws IOException {
    long served = Math.round(requests * share);
    return write(input, target, served, served);
  }

  private Counts write(Path input, Path target, long served, long most) throws IOException {
    Optional<Fault> fault = faults.take(Endpoint.ANSWERS, project);
    boolean shuffle = fault.filter(f -> f.is(Misbehaviour.SHUFFLE)).isPresent();
    try (LineReader lines = LineReader.open(input, JobInput.LONGEST_LINE);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 18)) {
      for (long i = 0; i < most && lines.hasNext(); i++) {
        Line line = lines.next();
        ObjectNode answer =
            i < served ? faultyOrNot(line, out, shuffle) : answers.error(line, 1, "Cancelled.");
        if (answer != null) {
          put(answer, out, shuffle);
        }
      }
      if (held != null) {
        out.write(held);
      }
      if (fault.filter(f -> f.is(Misbehaviour.ODD_LINE)).isPresent()) {
        out.write("<no JSON>\n".getBytes(StandardCharsets.UTF_8));
      }
      if (fault.filter(f -> f.is(Misbehaviour.STRANGER)).isPresent()) {
        put(answers.stranger(), out, false);
      }
    }
    return new Counts(answered, failed);
  }

  /** Shuffled means here that a line is held back until others have overtaken it, now and then. */
  private void put(ObjectNode answer, OutputStream out, boolean shuffle) throws IOException {
    if (inlined && answer.has("key")) {
      answer.putObject("metadata").set("key", answer.remove("key"));
    }
    byte[] line = (MAPPER.writeValueAsString(answer) + "\n").getBytes(StandardCharsets.UTF_8);
    if (!shuffle) {
      out.write(line);
    } else if (held == null) {
      held = line;
    } else {
      out.write(line);
      if (line.length % 2 == 0) {
        out.write(held);
        held = null;
      }
    }
  }

  /** The answer to write, or null. */
  private ObjectNode faultyOrNot(Line line, OutputStream out, boolean shuffle) throws IOException {
    Fault fault = faults.take(Endpoint.ANSWER_LINE, project).orElse(null);
    ObjectNode answer = fault == null ? answers.answer(line) : answers.faulty(line, fault);
    boolean isError = answer.has("error");
    failed += isError ? 1 : 0;
    answered += isError ? 0 : 1;
    if (fault != null && fault.is(Misbehaviour.MISSING)) {
      return null;
    }
    if (fault != null && fault.is(Misbehaviour.TWICE)) {
      put(answer, out, shuffle);
    }
    if (fault != null && fault.is(Misbehaviour.WRONG_KEY) && before != null) {
      answer.setAll(before);
    }
    before = JsonNodeFactory.instance.objectNode();
    for (String name : new String[] {"key", "metadata"}) {
      if (answer.has(name)) {
        before.set(name, answer.get(name));
      }
    }
    return answer;
  }

  /** Puts the lines of a file into one JSON value. */
  static void inline(Path answers, Path target) throws IOException {
    try (LineReader lines = LineReader.open(answers, JobInput.LONGEST_LINE);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 18)) {
      out.write("{\"inlinedResponses\":[".getBytes(StandardCharsets.US_ASCII));
      boolean isFirst = true;
      while (lines.hasNext()) {
        byte[] line = lines.next().bytes();
        if (line[0] == '{') {
          out.write(isFirst ? new byte[0] : new byte[] {','});
          out.write(line);
          isFirst = false;
        }
      }
      out.write("]}".getBytes(StandardCharsets.US_ASCII));
    }
  }
}
