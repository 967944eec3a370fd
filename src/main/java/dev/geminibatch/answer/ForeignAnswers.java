package dev.geminibatch.answer;

import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestKey;
import dev.geminibatch.service.ServiceLimits;
import dev.geminibatch.service.Tokens;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Sorts the answers of a job whose requests are not known: answers to the results as they are,
 * everything else to the errors, both in the service's order.
 */
public final class ForeignAnswers {
  private ForeignAnswers() {}

  /** Writes both files. */
  public static ResultWriter.Outcome write(
      Path answers, Path results, Path errors, AnswerCheck check) throws IOException {
    long answered = 0;
    long failed = 0;
    Map<String, Long> codes = new TreeMap<>();
    Tokens tokens = Tokens.NONE;
    try (LineReader lines = LineReader.open(answers, ServiceLimits.MAX_ANSWER_BYTES);
        OutputStream resultsOut = new BufferedOutputStream(PrivateFiles.output(results), 1 << 17);
        OutputStream errorsOut = new BufferedOutputStream(PrivateFiles.output(errors), 1 << 16)) {
      while (lines.hasNext()) {
        Line line = lines.next();
        Optional<AnswerLine> answer = read(line);
        Optional<LineProblem> problem =
            answer.isPresent()
                ? check.problemOf(answer.get(), AnswerForm.ANY).map(ForeignAnswers::notOurs)
                : Optional.of(notJson());
        tokens = tokens.plus(answer.map(AnswerLine::tokens).orElse(Tokens.NONE));
        if (problem.isEmpty()) {
          resultsOut.write(
              answer.get().isWithoutKey()
                  ? answer.get().withKey(line.bytes(), ofRequest(line))
                  : line.bytes());
          resultsOut.write('\n');
          answered++;
        } else {
          Optional<byte[]> rejected =
              answer.filter(each -> each.error().isEmpty()).map(each -> line.bytes());
          errorsOut.write(
              ErrorLine.of(key(line, answer), line.number(), problem.get(), null, rejected));
          codes.merge(problem.get().code(), 1L, Long::sum);
          failed++;
        }
      }
    }
    return new ResultWriter.Outcome(answered, failed, codes, tokens);
  }

  /** A file that is gone is nothing that can be uploaded again from here. */
  private static LineProblem notOurs(LineProblem problem) {
    return problem.is(ProblemCode.FILE_GONE)
        ? ProblemCode.FILE_GONE.problem(problem.message(), false)
        : problem;
  }

  private static Optional<AnswerLine> read(Line line) {
    try {
      return Optional.of(AnswerLine.read(line.bytes()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static LineProblem notJson() {
    return new LineProblem(
        "collect", ProblemCode.NOT_JSON.code(), "the service's line is not JSON", true);
  }

  private static RequestKey key(Line line, Optional<AnswerLine> answer) {
    if (answer.isPresent() && answer.get().isWithoutKey()) {
      return ofRequest(line);
    }
    if (answer.isEmpty() || answer.get().key().isEmpty()) {
      return RequestKey.ofLine(line.number());
    }
    byte[] json = Arrays.copyOfRange(line.bytes(), answer.get().keyStart(), answer.get().keyEnd());
    return new RequestKey(answer.get().key().get(), new String(json, StandardCharsets.UTF_8));
  }

  /** The key of an answer inside a job's description that has none: the number of its request. */
  private static RequestKey ofRequest(Line line) {
    String text = "request-" + line.number();
    return new RequestKey(text, '"' + text + '"');
  }
}
