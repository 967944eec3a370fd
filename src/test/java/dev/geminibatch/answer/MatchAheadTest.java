package dev.geminibatch.answer;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.KeyTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What answers come to does not depend on when they are matched. */
class MatchAheadTest {
  private static final int REQUESTS = 20_000;
  private static final AnswerCheck CHECK = new AnswerCheck(Strictness.STRICT);

  @TempDir Path folder;
  private JobFiles files;
  private byte[] answers;

  @BeforeEach
  void job() throws IOException {
    files = AnswersTest.files(folder);
    List<String> lines = new ArrayList<>();
    try (JobIndex.Writer index = new JobIndex.Writer(files.index())) {
      for (int i = 0; i < REQUESTS; i++) {
        index.add(new JobIndex.Entry(i + 1, 100L * i, KeyTable.hash("k" + i), false, 0));
        lines.add(i % 7 == 0 ? error("k" + i, 13, "broken") : answer("k" + i, "to " + i));
        if (i % 11 == 0) {
          lines.add(answer("k" + i, "once more"));
        }
      }
    }
    lines.add("not JSON");
    lines.add(answer("nobody's", "x"));
    Collections.shuffle(lines, new Random(1));
    answers = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void answers_are_matched_while_they_arrive_as_they_are_afterwards() throws IOException {
    AnswerMatcher.Outcome outcome;
    byte[] matches;
    try (MatchAhead ahead = MatchAhead.of(files, REQUESTS, CHECK)) {
      arrive(ahead, 0);
      ahead.complete();
      outcome = ahead.outcome().orElseThrow();
      matches = Files.readAllBytes(files.matches());
    }
    Files.delete(files.matches());

    assertSame(outcome, AnswerMatcher.match(files, CHECK));
    assertThat(matches).isEqualTo(Files.readAllBytes(files.matches()));
  }

  @Test
  void a_download_that_is_resumed_is_still_one() throws IOException {
    Files.write(files.answers(), Arrays.copyOf(answers, answers.length / 2));
    AnswerMatcher.Outcome outcome;
    try (MatchAhead ahead = MatchAhead.of(files, REQUESTS, CHECK)) {
      arrive(ahead, answers.length / 2);
      ahead.complete();
      outcome = ahead.outcome().orElseThrow();
    }

    assertSame(outcome, AnswerMatcher.match(files, CHECK));
  }

  @Test
  void a_download_that_is_begun_again_is_matched_afterwards() throws IOException {
    try (MatchAhead ahead = MatchAhead.of(files, REQUESTS, CHECK)) {
      arrive(ahead, 0);
      Files.delete(files.answers());
      arrive(ahead, 0);
      ahead.complete();
      assertThat(ahead.outcome()).isEmpty();
    }
  }

  @Test
  void a_download_that_fails_ends_it_and_leaves_room_for_the_next() throws IOException {
    try (MatchAhead ahead = MatchAhead.of(files, REQUESTS, CHECK)) {
      ahead.received(answers.length);
    }
    answers_are_matched_while_they_arrive_as_they_are_afterwards();
  }

  @Test
  void one_job_is_matched_at_once() throws IOException {
    try (MatchAhead first = MatchAhead.of(files, REQUESTS, CHECK);
        MatchAhead second = MatchAhead.of(files, REQUESTS, CHECK)) {
      first.received(1);
      second.received(1);
      second.complete();
      assertThat(second.outcome()).isEmpty();
    }
    answers_are_matched_while_they_arrive_as_they_are_afterwards();
  }

  @Test
  void answers_without_keys_are_matched_when_all_are_there() throws IOException {
    String without = answer("x", "y").replace("\"x\"", "null") + "\n";
    answers = without.repeat(REQUESTS).getBytes(StandardCharsets.UTF_8);
    try (MatchAhead ahead = MatchAhead.of(files, REQUESTS, CHECK)) {
      arrive(ahead, 0);
      ahead.complete();
      assertThat(ahead.outcome()).isEmpty();
    }

    assertThat(AnswerMatcher.match(files, CHECK).answered()).isEqualTo(REQUESTS);
  }

  private void arrive(MatchAhead ahead, int from) throws IOException {
    int step = 100_000;
    for (int at = from; at < answers.length; at += step) {
      int end = Math.min(answers.length, at + step);
      Files.write(
          files.answers(),
          Arrays.copyOfRange(answers, at, end),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      ahead.received(end);
    }
  }

  private static void assertSame(AnswerMatcher.Outcome one, AnswerMatcher.Outcome other) {
    assertThat(one).usingRecursiveComparison().isEqualTo(other);
  }
}
