package dev.geminibatch.stage.collect;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.DeadFile;
import dev.geminibatch.answer.JobAnswers;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.answer.Strictness;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineNumberSet;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaIndex;
import dev.geminibatch.media.ReferenceIndex.Stored;
import dev.geminibatch.media.ReferenceIndex.StoredReference;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Only what is worth it is sent again, and not forever. */
class RetryPlannerTest {
  private static final int INTERNAL = 13;
  private static final int INVALID_ARGUMENT = 3;
  private static final int RESOURCE_EXHAUSTED = 8;

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private String run;

  @BeforeEach
  void submit() throws IOException {
    fixture = StageFixture.open(folder, service, "retry.max-attempts=2");
    run =
        fixture.assembled(
            "x.jsonl", nativeLine("a", "x"), nativeLine("b", "x"), nativeLine("c", "x"));
    fixture.submit(run);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void only_lines_that_may_get_an_answer_are_sent_again() throws IOException {
    assertThat(collect(1, answer("a", "x"), error("b", INVALID_ARGUMENT, "bad"))).isFalse();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.INSPECTED);
    assertThat(fixture.run(run).attempt()).isEqualTo(2);
    assertThat(linesOfAttempt(2)).as("the one that is missing").containsExactly(3L);
    fixture.assemble(run);
    assertThat(fixture.jobs().of(run)).extracting(Job::attempt).containsExactly(1, 2);
    assertThat(linesOfJob(2)).containsExactly(3L);
  }

  @Test
  void a_line_that_failed_because_of_the_account_is_sent_again() throws IOException {
    String refused = "User location is not supported for the API use.";

    assertThat(collect(1, answer("a", "x"), error("b", 9, refused), error("c", 9, "No.")))
        .isFalse();

    assertThat(linesOfAttempt(2)).containsExactly(2L);
  }

  @Test
  void a_run_that_nothing_can_be_gained_for_is_collected() throws IOException {
    assertThat(collect(1, answer("a", "x"), answer("c", "x"), error("b", INVALID_ARGUMENT, "bad")))
        .isTrue();

    assertThat(fixture.run(run).attempt()).isEqualTo(1);
  }

  @Test
  void attempts_end() throws IOException {
    assertThat(collect(1, answer("a", "x"), answer("c", "x"))).isFalse();
    fixture.assemble(run);
    fixture.submit(run);

    assertThat(collect(2, error("b", INTERNAL, "once more"))).isTrue();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.COLLECTED);
  }

  @Test
  void what_has_its_answer_from_a_later_attempt_does_not_count_as_missing() throws IOException {
    fixture.close();
    fixture = StageFixture.open(folder, service, "retry.max-attempts=3");
    collect(1, answer("a", "x"), error("b", INTERNAL, "x"), error("c", INTERNAL, "x"));
    fixture.assemble(run);
    fixture.submit(run);

    assertThat(collect(2, answer("b", "x"), error("c", INTERNAL, "x"))).isFalse();

    assertThat(linesOfAttempt(3)).containsExactly(3L);
  }

  @Test
  void a_job_that_a_person_has_cancelled_is_not_sent_again() throws IOException {
    fixture.jobs().cancelAsked(service.made().get(0).jobName());

    assertThat(collect(1, answer("a", "x"))).isTrue();
  }

  @Test
  void another_attempt_waits_when_the_quota_was_used_up() throws IOException {
    collect(1, answer("a", "x"), answer("b", "x"), error("c", RESOURCE_EXHAUSTED, "no tokens"));

    assertThat(fixture.run(run).waiting().nextTry())
        .isAfter(fixture.clock().instant().plus(Duration.ofSeconds(50)));
    assertThat(fixture.run(run).reason().orElseThrow()).contains("quota");
  }

  @Test
  void another_attempt_begins_at_once_when_it_was_not() throws IOException {
    collect(1, answer("a", "x"), answer("b", "x"), error("c", INTERNAL, "x"));

    assertThat(fixture.run(run).reason()).isEmpty();
  }

  @Test
  void jobs_that_the_service_never_took_are_no_attempts_but_do_not_go_on_for_ever()
      throws IOException {
    String refused = fixture.assembled("y.jsonl", nativeLine("a", "y"));
    int attempts = 0;
    do {
      Job job = fixture.jobs().job(refused, ++attempts);
      fixture.runs().moveTo(refused, RunState.SUBMITTED);
      fixture.jobs().ended(job, "LINES_REFUSED", null, "other lines of the job were refused");
      if (collector().collect(refused)) {
        break;
      }
      fixture.assemble(refused);
    } while (attempts < 100);

    assertThat(attempts).isBetween(3, 30);
    assertThat(fixture.run(refused).state()).isEqualTo(RunState.COLLECTED);
  }

  @Test
  void a_file_that_has_died_is_uploaded_again_and_others_are_only_needed_again()
      throws IOException {
    run = withFiles("dead.png", "alive.png");
    fixture.submit(run);

    collect(
        1,
        error("dead.png", INVALID_ARGUMENT, "File files/x has expired"),
        error("alive.png", INTERNAL, "x"));

    assertThat(fixture.ledger().media().totals(run, 2).files()).isEqualTo(2);
    assertThat(fixture.references().bytesToUpload(run, 2, project())).as("the dead one").isOne();
  }

  @ParameterizedTest
  @CsvSource({
    "3, File files/abc123 has expired",
    "7, You do not have permission to access the File abc123 or it may not exist.",
    "5, files/abc123 not found",
    "9, The File abc123 is not in an ACTIVE state and usage is not allowed."
  })
  void a_file_that_the_line_itself_names_is_not_asked_for_again_when_it_is_gone(
      int code, String message) throws IOException {
    String uri = "https://generativelanguage.googleapis.com/v1beta/files/abc123";
    String line =
        "{\"key\":\"k\",\"request\":{\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":\""
            + uri
            + "\"}},{\"text\":\"x\"}]}]}}";
    run = fixture.assembled("foreign.jsonl", line);
    fixture.submit(run);

    assertThat(collect(1, error("k", code, message))).isTrue();

    assertThat(fixture.run(run).attempt()).isEqualTo(1);
    Path results = folder.resolve("r");
    Path errors = folder.resolve("e");
    try (ResultWriter writer =
        new ResultWriter(Optional.of(fixture.folderOf(run).input()), new RequestReader())) {
      AnswerCheck check = new AnswerCheck(Strictness.STRICT);
      Job job = fixture.jobs().job(run, 1);
      writer.addJob(1, () -> JobAnswers.open(fixture.folderOf(run), job, check), 1, Tokens.NONE);
      writer.write(results, errors);
    }
    assertThat(errors)
        .content()
        .contains("\"file-gone\"", "\"retryable\":false", "write its new name into fileUri");
  }

  @Test
  void of_a_line_with_a_tag_and_a_file_of_its_own_the_message_says_which_one_is_gone()
      throws IOException {
    LineProblem ours = ProblemCode.FILE_GONE.problem("The File gb-12 is not in an ACTIVE state");
    LineProblem theirs = ProblemCode.FILE_GONE.problem("File files/mine-1 has expired");
    String text =
        "{\"key\":\"k\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"[[FILE:a.png]]\"},"
            + "{\"fileData\":{\"fileUri\":\"https://x/v1beta/files/mine-1\"}}]}]}}";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    CheckedLine line = new RequestReader().read(new Line(1, 0, bytes, bytes.length));

    assertThat(DeadFile.judged(ours, line).retryable()).isTrue();
    assertThat(DeadFile.judged(theirs, line).retryable()).isFalse();
  }

  @Test
  void the_files_of_a_job_that_ended_because_one_is_gone_are_uploaded_again() throws IOException {
    run = withFiles("one.png", "two.png");
    fixture.submit(run);
    String reason =
        "PERMISSION_DENIED: You do not have permission to access the File one or it may not exist.";
    fixture.jobs().ended(fixture.jobs().job(run, 1), "FILES_GONE", null, reason);

    assertThat(collector().collect(run)).isFalse();

    assertThat(linesOfAttempt(2)).containsExactly(1L, 2L);
    assertThat(fixture.references().bytesToUpload(run, 2, project())).isEqualTo(2);
  }

  @Test
  void of_a_job_that_ended_because_a_file_is_gone_the_line_that_names_it_is_left_out()
      throws IOException {
    String foreign =
        "{\"key\":\"k\",\"request\":{\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":"
            + "\"https://x/v1beta/files/mine-1\"}}]}]}}";
    run = fixture.assembled("foreign.jsonl", nativeLine("a", "x"), foreign);
    fixture.submit(run);
    fixture
        .jobs()
        .ended(
            fixture.jobs().job(run, 1),
            "FILES_GONE",
            null,
            "NOT_FOUND: File files/mine-1 not found");

    assertThat(collector().collect(run)).isFalse();

    assertThat(linesOfAttempt(2)).containsExactly(1L);
  }

  private String withFiles(String... names) throws IOException {
    List<String> lines = new ArrayList<>();
    List<MediaIndex.Entry> entries = new ArrayList<>();
    for (String name : names) {
      MediaFile file = new MediaFile(folder.resolve(name), "hash of " + name, 1, "image/png");
      entries.add(new MediaIndex.Entry(name, file, null, null, null));
      fixture
          .ledger()
          .uploads()
          .put(
              List.of(
                  new Stored(
                      project(),
                      file,
                      new StoredReference(
                          "files/" + name,
                          "uri:" + name,
                          fixture.clock().instant(),
                          fixture.clock().instant().plus(Duration.ofDays(2))))));
      lines.add(Samples.correction(name, name));
    }
    String id = fixture.dropped("files.jsonl", String.join("\n", lines));
    fixture.ledger().media().write(id, entries);
    fixture.runs().inspected(id, id, names.length, 0, true);
    fixture.assemble(id);
    return id;
  }

  private ProjectId project() {
    return fixture.workspace().connection().project();
  }

  /** A job is over with these answers; whether that is the end of the run. */
  private boolean collect(int job, String... answers) throws IOException {
    fixture.ended(run, job, service.holds("files/answers-" + job, answers));
    return collector().collect(run);
  }

  private Collector collector() {
    return new Collector(
        fixture.context(), new RetryPlanner(fixture.context(), new RequestReader()));
  }

  private List<Long> linesOfAttempt(int attempt) throws IOException {
    LineNumberSet lines = LineNumberSet.read(fixture.folderOf(run).lines(attempt));
    return LongStream.rangeClosed(1, 10).filter(lines::contains).boxed().toList();
  }

  private List<Long> linesOfJob(int job) throws IOException {
    List<Long> lines = new ArrayList<>();
    try (JobIndex.Reader index = new JobIndex.Reader(fixture.folderOf(run).jobIndex(job))) {
      for (Optional<JobIndex.Entry> entry; (entry = index.next()).isPresent(); ) {
        lines.add(entry.get().line());
      }
    }
    return lines;
  }
}
