package dev.geminibatch.answer;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.ScratchFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** However attempts are cut into jobs and whatever comes first, the result is the same. */
class MergePropertiesTest {
  private static final int ATTEMPTS = 3;
  private static final int JOBS_OF_AN_ATTEMPT = 3;
  private static final int INTERNAL = 13;

  /** What becomes of a line at an attempt. */
  private enum Fate {
    ANSWER,
    ERROR,
    MISSING,
    NOT_SENT
  }

  /** A line at an attempt, and in which of the attempt's jobs it is. */
  private record Step(Fate fate, int job) {}

  /**
   * A line.
   *
   * @param steps one for each attempt; those after an answer do not take place
   */
  private record InputLine(List<Step> steps) {
    /** The last attempt that takes place. */
    private int last() {
      return IntStream.range(0, ATTEMPTS)
          .filter(attempt -> fate(attempt) == Fate.ANSWER)
          .findFirst()
          .orElse(ATTEMPTS - 1);
    }

    private Fate fate(int attempt) {
      return steps.get(attempt).fate();
    }

    private boolean isIn(int attempt, int job) {
      boolean isSent = fate(attempt) != Fate.NOT_SENT;
      return attempt <= last() && isSent && steps.get(attempt).job() == job;
    }

    private boolean isLeftOut(int attempt) {
      return attempt <= last() && fate(attempt) == Fate.NOT_SENT;
    }
  }

  @Property(tries = 50)
  void the_result_is_that_of_asking_each_line_what_came_last(
      @ForAll("lines") List<InputLine> lines, @ForAll Random order) throws IOException {
    try (ScratchFolder folder = new ScratchFolder()) {
      Attempts attempts = new Attempts(folder.path(), keys(lines.size()));
      List<Adding> parts = parts(lines, order);
      Collections.shuffle(parts, order);
      for (Adding part : parts) {
        part.to(attempts);
      }

      attempts.write();

      assertThat(Outbox.lines(attempts.results()))
          .extracting(MergePropertiesTest::inResults)
          .isEqualTo(expected(lines, true));
      assertThat(Outbox.lines(attempts.errors()))
          .extracting(MergePropertiesTest::inErrors)
          .isEqualTo(expected(lines, false));
    }
  }

  /** The reference. */
  private static List<String> expected(List<InputLine> lines, boolean isAnswered) {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      int last = lines.get(i).last();
      String what =
          switch (lines.get(i).fate(last)) {
            case ANSWER, ERROR -> "attempt " + last;
            case MISSING -> AnswerLine.missing().message();
            case NOT_SENT -> Attempts.WHY_REJECTED;
          };
      if (isAnswered == (lines.get(i).fate(last) == Fate.ANSWER)) {
        expected.add(key(i) + " " + what);
      }
    }
    return expected;
  }

  /** Jobs and left out lines, to be added in any order. */
  @FunctionalInterface
  private interface Adding {
    void to(Attempts attempts) throws IOException;
  }

  private static List<Adding> parts(List<InputLine> lines, Random order) {
    List<Adding> parts = new ArrayList<>();
    for (int each = 0; each < ATTEMPTS; each++) {
      int attempt = each;
      for (int job = 0; job < JOBS_OF_AN_ATTEMPT; job++) {
        List<String> keys = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
          if (lines.get(i).isIn(attempt, job)) {
            keys.add(key(i));
            answers.addAll(answers(key(i), attempt, lines.get(i).fate(attempt)));
          }
        }
        Collections.shuffle(answers, order);
        if (!keys.isEmpty()) {
          parts.add(to -> to.job(attempt + 1, keys, answers.toArray(String[]::new)));
        }
      }
      String[] leftOut =
          IntStream.range(0, lines.size())
              .filter(i -> lines.get(i).isLeftOut(attempt))
              .mapToObj(MergePropertiesTest::key)
              .toArray(String[]::new);
      parts.add(to -> to.rejected(attempt + 1, leftOut));
    }
    return parts;
  }

  private static List<String> answers(String key, int attempt, Fate fate) {
    return switch (fate) {
      case ANSWER -> List.of(answer(key, "attempt " + attempt));
      case ERROR -> List.of(error(key, INTERNAL, "attempt " + attempt));
      case MISSING, NOT_SENT -> List.of();
    };
  }

  private static String[] keys(int count) {
    return IntStream.range(0, count).mapToObj(MergePropertiesTest::key).toArray(String[]::new);
  }

  private static String key(int line) {
    return "k" + line;
  }

  private static String inResults(JsonNode line) {
    return line.path("key").asText()
        + " "
        + line.at("/response/candidates/0/content/parts/0/text").asText();
  }

  private static String inErrors(JsonNode line) {
    return line.path("key").asText() + " " + line.path("message").asText();
  }

  @Provide
  Arbitrary<List<InputLine>> lines() {
    Arbitrary<Step> step =
        Combinators.combine(
                Arbitraries.of(Fate.class),
                Arbitraries.integers().between(0, JOBS_OF_AN_ATTEMPT - 1))
            .as(Step::new);
    return step.list().ofSize(ATTEMPTS).map(InputLine::new).list().ofMaxSize(15);
  }
}
