package dev.geminibatch.answer;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.JobTokens;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.RequestTokens;
import dev.geminibatch.line.TokenEvidence;
import dev.geminibatch.service.ServiceLimits;
import dev.geminibatch.service.Tokens;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds to which request of a job each answer belongs. By key: the order of the answers is not
 * relied upon where they have keys, some may be missing, and some may be nobody's.
 */
public final class AnswerMatcher {
  /** In a matches file: there is no answer. */
  static final long NONE = -1;

  /** In a matches file: there are two answers that contradict each other, so neither counts. */
  static final long CONTRADICTORY = -3;

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

  /**
   * Writes for each request where its answer begins: one number of eight bytes each, in the order
   * of the job's index; twice the offset, plus one when the line does not count as an answer; or an
   * odd negative number.
   */
  public static Outcome match(JobFiles files, AnswerCheck check) throws IOException {
    Requests requests = Requests.read(files);
    long[] places = new long[requests.keys.size()];
    long[] texts = new long[places.length];
    Arrays.fill(places, NONE);
    StrayAnswers.Collection stray = new StrayAnswers.Collection();
    Tokens tokens = Tokens.NONE;
    TokenEvidence evidence = new TokenEvidence();
    long unchecked = 0;
    if (Files.exists(files.answers())) {
      boolean byOrder = areInOrder(files.answers(), places.length);
      try (ParsedAnswers lines = new ParsedAnswers(files.answers());
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
          int number = byOrder ? (int) line.number() - 1 : requests.numberOf(parsed);
          if (number < 0) {
            stray.unknown(line.number(), answer.key());
            continue;
          }
          evidence.add(requests.tokens(number), answer.tokens().in());
          AnswerForm form = forms.form(requests.formats[number]);
          boolean failed = check.problemOf(answer, form).isPresent();
          long text = parsed.textHash();
          if (!takePlace(places, number, line, failed, text == texts[number])) {
            stray.repeated(line.number(), answer.key());
          }
          texts[number] = failed ? texts[number] : text;
        }
        unchecked = forms.unchecked();
      }
    }
    write(places, files.matches());
    long answered = Arrays.stream(places).filter(place -> !isFailed(place)).count();
    long matched = Arrays.stream(places).filter(place -> place != NONE).count();
    return new Outcome(
        answered, places.length - answered, matched, stray.sum(unchecked), tokens, evidence);
  }

  /** What is known of the requests of a job: some bytes for each. */
  private static final class Requests {
    private final KeyTable keys = new KeyTable();
    private int[] formats = new int[1024];
    private long[] tokens = new long[1024];

    static Requests read(JobFiles files) throws IOException {
      Requests requests = new Requests();
      try (JobIndex.Reader reader = new JobIndex.Reader(files.index());
          JobTokens.Reader tokens = new JobTokens.Reader(files.tokens())) {
        Optional<JobIndex.Entry> entry;
        for (int i = 0; (entry = reader.next()).isPresent(); i++) {
          requests.keys.add(entry.get().keyHash());
          if (i == requests.formats.length) {
            requests.formats = Arrays.copyOf(requests.formats, 2 * i);
            requests.tokens = Arrays.copyOf(requests.tokens, 2 * i);
          }
          requests.formats[i] = entry.get().format();
          requests.tokens[i] = tokens.next().map(RequestTokens::packed).orElse(0L);
        }
      }
      return requests;
    }

    RequestTokens tokens(int number) {
      return RequestTokens.unpacked(tokens[number]);
    }

    int numberOf(ParsedAnswers.Parsed parsed) {
      return parsed.answer().key().isPresent() ? keys.find(parsed.keyHash()) : -1;
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
        AnswerLine answer = read(lines.next());
        if (answer == null || !answer.isWithoutKey()) {
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

  static AnswerLine read(Line line) {
    try {
      return AnswerLine.read(line.bytes());
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * The first answer counts, except that a good one is better than one that is not. Two good ones
   * that differ make both doubtful: the service has been seen to answer under a wrong key.
   */
  private static boolean takePlace(
      long[] places, int number, Line line, boolean failed, boolean sameText) {
    long place = places[number];
    boolean free = place == NONE;
    if (free || isFailed(place) && place != CONTRADICTORY && !failed) {
      places[number] = line.offset() << 1 | (failed ? 1 : 0);
    } else if (!failed && !sameText) {
      places[number] = CONTRADICTORY;
    }
    return free;
  }

  private static boolean isFailed(long place) {
    return (place & 1) == 1;
  }

  private static void write(long[] places, Path matches) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(PrivateFiles.output(matches)))) {
      for (long place : places) {
        out.writeLong(place);
      }
    }
  }
}
