package dev.geminibatch.answer;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.job.Rejection;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.JobTimes;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever became of the lines of a run at which attempt, all pages together show each once. */
class RunLinesTest {
  private static final AnswerCheck CHECK = new AnswerCheck(Strictness.STRICT);
  private static final int RUNS = 60;
  private static final int ATTEMPTS = 3;

  @TempDir private Path folder;

  /** A run that has gone its way by chance. */
  private final class Chance {
    private final Random random;
    private final JobSpans spans = new JobSpans();
    private final RunFolder files;
    private final int lines;
    private final List<Long> offsets = new ArrayList<>();
    private final List<Job> jobs = new ArrayList<>();
    private final TreeMap<Long, Verdict> expected = new TreeMap<>();

    Chance(int seed) throws IOException {
      this.random = new Random(seed);
      this.files = new StateFolder(folder).run("run-" + seed);
      this.lines = 1 + random.nextInt(40);
      Files.createDirectories(files.path());
      StringBuilder input = new StringBuilder();
      for (int line = 1; line <= lines; line++) {
        offsets.add((long) input.length());
        input.append(nativeLine("key-" + line, "x")).append('\n');
        expected.put((long) line, Verdict.FAILED);
      }
      Files.writeString(files.plain(), input);
      Set<Long> left = new TreeSet<>(expected.keySet());
      for (int attempt = 1; attempt <= ATTEMPTS && !left.isEmpty(); attempt++) {
        left = attempt(attempt, left);
      }
    }

    /** What has failed, and may be sent again. */
    private Set<Long> attempt(int attempt, Set<Long> wanted) throws IOException {
      boolean isLast = attempt == ATTEMPTS;
      int parts = 1 + random.nextInt(3);
      List<List<Long>> each =
          Stream.generate(ArrayList<Long>::new).limit(parts + 1).collect(Collectors.toList());
      wanted.forEach(line -> each.get(random.nextInt(parts + 1)).add(line));
      reject(attempt, each.get(0));
      Set<Long> failed = new TreeSet<>();
      for (List<Long> part : each.subList(1, parts + 1)) {
        if (!part.isEmpty()) {
          failed.addAll(job(attempt, part, isLast && random.nextBoolean()));
        }
      }
      return failed;
    }

    private void reject(int attempt, List<Long> some) throws IOException {
      StringBuilder text = new StringBuilder();
      for (long line : some) {
        Rejection rejection =
            new Rejection(line, offset(line), 10, ProblemCode.FILE_GONE.problem("It is gone."));
        text.append(new ObjectMapper().writeValueAsString(rejection)).append('\n');
      }
      Files.writeString(files.rejected(attempt), text);
    }

    private Set<Long> job(int attempt, List<Long> some, boolean isOpen) throws IOException {
      int number = jobs.size() + 1;
      Set<Long> failed = new HashSet<>();
      List<String> answers = new ArrayList<>();
      try (JobIndex.Writer index = new JobIndex.Writer(files.jobIndex(number))) {
        for (long line : some) {
          String key = "key-" + line;
          index.add(new JobIndex.Entry(line, offset(line), KeyTable.hash(key), false, 0));
          boolean isAnswered = !isOpen && random.nextInt(3) > 0;
          answers.add(isAnswered ? answer(key, "of " + key) : error(key, 3, "No."));
          expected.put(
              line, isOpen ? Verdict.OPEN : isAnswered ? Verdict.ANSWERED : Verdict.FAILED);
          if (!isAnswered) {
            failed.add(line);
          }
        }
      }
      if (!isOpen) {
        Files.write(files.answers(number), answers);
        AnswerMatcher.match(JobFiles.of(files, number), CHECK);
      }
      jobs.add(job(number, attempt, isOpen, some.size(), failed.size()));
      return failed;
    }

    private Job job(int number, int attempt, boolean isOpen, int requests, int failed) {
      return new Job(
          "run",
          number,
          attempt,
          "gemini-x",
          new Job.Size(requests, TokensByKind.NONE, 1),
          isOpen ? JobState.OPEN : JobState.COLLECTED,
          "x",
          1,
          false,
          Job.Remote.NONE,
          new Job.Outcome(isOpen ? 0 : requests - failed, isOpen ? 0 : failed, Tokens.NONE),
          new JobTimes(
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
    }

    private long offset(long line) {
      return offsets.get((int) line - 1);
    }

    List<Long> expected(long from, Optional<Verdict> wanted) {
      return expected.tailMap(from).entrySet().stream()
          .filter(line -> wanted.isEmpty() || wanted.get() == line.getValue())
          .map(Map.Entry::getKey)
          .toList();
    }

    /** All pages, one after the other. */
    List<RunLine> read(long from, Optional<Verdict> wanted, int most) throws IOException {
      RunLines reader =
          new RunLines(
              Optional.of(files.plain()), files, jobs, spans, CHECK, new RequestReader(), false);
      List<RunLine> all = new ArrayList<>();
      for (OptionalLong next = OptionalLong.of(from); next.isPresent(); ) {
        RunLines.Page page = reader.page(next.getAsLong(), wanted, most);
        assertThat(page.lines()).hasSizeLessThanOrEqualTo(most);
        all.addAll(page.lines());
        next = page.next();
      }
      return all;
    }
  }

  @Test
  void every_line_is_on_one_page_with_what_became_of_it() throws IOException {
    List<Optional<Verdict>> filters =
        Stream.concat(
                Stream.of(Optional.<Verdict>empty()),
                Arrays.stream(Verdict.values()).map(Optional::of))
            .toList();
    for (int seed = 0; seed < RUNS; seed++) {
      Chance run = new Chance(seed);
      for (Optional<Verdict> wanted : filters) {
        for (long from : new long[] {1, 1 + run.random.nextInt(run.lines), run.lines + 1}) {
          List<RunLine> read = run.read(from, wanted, 1 + run.random.nextInt(9));

          assertThat(read)
              .as("run %s from %s: %s", seed, from, wanted)
              .extracting(RunLine::number)
              .isEqualTo(run.expected(from, wanted));
          assertThat(read)
              .allSatisfy(
                  line -> {
                    assertThat(line.verdict()).isEqualTo(run.expected.get(line.number()));
                    assertThat(line.key()).isEqualTo("key-" + line.number());
                    assertThat(line.problem().isPresent())
                        .isEqualTo(line.verdict() == Verdict.FAILED);
                    if (line.verdict() == Verdict.ANSWERED) {
                      assertThat(line.answer()).isEqualTo("of " + line.key());
                    }
                  });
        }
      }
    }
  }
}
