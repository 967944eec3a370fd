package dev.geminibatch.answer;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.GrowingFile;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.TokenEvidence;
import dev.geminibatch.service.ServiceLimits;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds to which request of a job each answer belongs. By key: the order of the answers is not
 * relied upon where they have keys, some may be missing, and some may be nobody's.
 */
public final class AnswerMatcher {
  private static final Logger LOG = LoggerFactory.getLogger("collect");

  private AnswerMatcher() {}

  /**
   * What the answers of a job came to.
   *
   * @param answered requests with an answer
   * @param failed requests with an error or something useless in place of an answer, or with
   *     nothing
   * @param evidence what the service counted for the requests
   * @param strayAnswers lines that answer no request, and answers that could not be checked
   */
  public record Outcome(
      long answered,
      long failed,
      long matched,
      StrayAnswers strayAnswers,
      Tokens tokens,
      TokenEvidence evidence) {}

  /** Writes for each request where its answer begins, in the order of the job's index. */
  public static Outcome match(JobFiles files, AnswerCheck check) throws IOException {
    JobRequests requests = JobRequests.read(files);
    if (!Files.exists(files.answers())) {
      return match(files, check, requests, Collections.emptyIterator(), false);
    }
    boolean byOrder = areInOrder(files.answers(), requests.size());
    try (ParsedAnswers lines = ParsedAnswers.of(files.answers(), requests)) {
      return match(files, check, requests, lines, byOrder);
    }
  }

  /**
   * The same while the answers arrive, which must be of a job with many requests.
   *
   * @return empty if the answers have no keys: that is decided when all are there
   */
  static Optional<Outcome> matchArriving(JobFiles files, GrowingFile answers, AnswerCheck check)
      throws IOException {
    JobRequests requests = JobRequests.read(files);
    try (ParsedAnswers lines = ParsedAnswers.of(answers, requests)) {
      if (lines.hasNext() && isWithoutKey(lines.peek().answer())) {
        return Optional.empty();
      }
      return Optional.of(match(files, check, requests, lines, false));
    }
  }

  private static Outcome match(
      JobFiles files,
      AnswerCheck check,
      JobRequests requests,
      Iterator<ParsedAnswers.Parsed> lines,
      boolean byOrder)
      throws IOException {
    StrayAnswers.Collection stray = new StrayAnswers.Collection();
    Tokens tokens = Tokens.NONE;
    TokenEvidence evidence = new TokenEvidence();
    try (AnswerPlaces places = new AnswerPlaces(files.answers(), requests.size());
        AnswerForms forms = new AnswerForms(files.formats())) {
      while (lines.hasNext()) {
        ParsedAnswers.Parsed parsed = lines.next();
        Line line = parsed.line();
        AnswerLine answer = parsed.answer();
        if (answer == null) {
          stray.unreadable(line.number());
          continue;
        }
        tokens = tokens.plus(answer.tokens());
        int number = byOrder ? (int) line.number() - 1 : parsed.request();
        if (number < 0) {
          stray.unknown(line.number(), answer.key());
          continue;
        }
        evidence.add(requests.tokens(number), answer.tokens().in());
        AnswerForm form = forms.form(requests.format(number));
        boolean failed = check.problemOf(answer, form).isPresent();
        if (!places.take(number, line, answer, failed)) {
          stray.repeated(line.number(), answer.key());
        }
      }
      places.write(files.matches());
      long answered = places.answered();
      return new Outcome(
          answered,
          requests.size() - answered,
          places.matched(),
          stray.sum(forms.unchecked()),
          tokens,
          evidence);
    }
  }

  /**
   * Whether no answer has a key, which only happens inside a job's description, and there is one
   * for each request. Such answers are documented to be in the order of the requests, and there is
   * no other way to tell whose they are.
   */
  static boolean areInOrder(Path answers, int requests) throws IOException {
    long count = 0;
    try (LineReader lines = LineReader.open(answers, ServiceLimits.MAX_ANSWER_BYTES)) {
      while (lines.hasNext()) {
        if (!isWithoutKey(read(lines.next()))) {
          return false; // usually at the first line
        }
        count++;
      }
    }
    if (count > 0) {
      LOG.warn(
          "The service gave {} without their keys; {}",
          Amounts.count(count, "answer"),
          count == requests
              ? "they are matched by their order"
              : "their number differs from that of the requests, so they are not used");
    }
    return count == requests;
  }

  private static boolean isWithoutKey(AnswerLine answer) {
    return answer != null && answer.isWithoutKey();
  }

  static AnswerLine read(Line line) {
    try {
      return AnswerLine.read(line.bytes());
    } catch (IOException e) {
      return null;
    }
  }
}
