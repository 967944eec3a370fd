package dev.geminibatch.stage.poll;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.JobAnswers;
import dev.geminibatch.answer.Strictness;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.JobName;
import dev.geminibatch.stage.collect.Collector;
import dev.geminibatch.stage.collect.RetryPlanner;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.ScriptedService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From what the service says of a job to what becomes of each line, over real HTTP. */
class EndOfJobTest {
  private static final String OUTPUT = "{\"responsesFile\":\"files/answers\"}";
  private static final AnswerCheck CHECK = new AnswerCheck(Strictness.STRICT);

  @TempDir Path folder;
  private ScriptedService service;
  private StageFixture fixture;
  private JobPolling polling;
  private String run;

  @BeforeEach
  void submit() throws IOException {
    service = ScriptedService.start();
    fixture = StageFixture.open(folder, "gemini.base-url=" + service.url());
    Connection connection = fixture.workspace().connection();
    polling = new JobPolling(fixture.context(), connection);
    run =
        fixture.assembled(
            "x.jsonl", nativeLine("a", "x"), nativeLine("b", "x"), nativeLine("c", "x"));
    fixture.submit(run);
    service.holds("files/answers", answer("a", "of a"), answer("b", "of b"), answer("c", "of c"));
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    service.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'done':true,'response':OUT,'metadata':{'state':'BATCH_STATE_RUNNING'}}",
        "{'done':true,'response':OUT,'metadata':{'state':'BATCH_STATE_PENDING'}}",
        "{'done':true,'response':OUT}",
        "{'done':true,'metadata':{'output':OUT}}",
        "{'done':true,'response':OUT,'metadata':{'state':'BATCH_STATE_TIDYING_UP'}}",
        "{'metadata':{'state':'BATCH_STATE_SUCCEEDED','output':OUT}}",
        "{'metadata':{'state':'JOB_STATE_PARTIALLY_SUCCEEDED','output':OUT}}",
        "{'metadata':{'state':'BATCH_STATE_PARTIALLY_SUCCEEDED'},'response':OUT}",
        "{'metadata':{'state':'BATCH_STATE_UNSPECIFIED','output':OUT}}",
        "{'metadata':{'output':{'responses_file':'files/answers'}}}",
        "{'done':true,'metadata':{'output':{},'state':''},'response':OUT}"
      })
  void a_job_with_an_output_is_collected_whatever_its_state_is_called(String operation)
      throws IOException {
    service.says("batches/1", json(operation));

    assertThat(pollAndCollect()).isTrue();

    assertThat(outcomes(1)).containsExactly("a", "b", "c");
    assertThat(service.created()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'metadata':{'state':'BATCH_STATE_RUNNING','output':OUT}}",
        "{'metadata':{'state':'BATCH_STATE_PARTIALLY_SUCCEEDED'}}",
        "{'metadata':{'state':'BATCH_STATE_PENDING','error':{'code':14,'message':'busy'}}}",
        "{'done':false,'metadata':{'state':'BATCH_STATE_QUEUED'}}"
      })
  void a_job_that_is_not_said_to_be_over_is_polled_on(String operation) throws IOException {
    service.says("batches/1", json(operation));

    for (int i = 0; i < 20; i++) {
      poll();
    }

    assertThat(job(1).state()).isEqualTo(JobState.OPEN);
  }

  @Test
  void a_job_that_is_done_and_names_nothing_is_polled_a_few_times_and_then_given_up_clearly()
      throws IOException {
    service.says("batches/1", json("{'done':true,'metadata':{'state':'BATCH_STATE_RUNNING'}}"));
    for (int i = 0; i < 4; i++) {
      poll();
    }
    assertThat(job(1).state()).isEqualTo(JobState.OPEN);

    for (int i = 0; i < 10; i++) {
      poll();
    }

    assertThat(collector().collect(run)).isTrue();
    assertThat(outcomes(1)).containsOnly("job-no_output, retryable");
    assertThat(service.created()).as("what may be paid for is not sent again").isEqualTo(1);
  }

  @Test
  void answers_that_are_named_after_the_end_are_collected() throws IOException {
    service.says("batches/1", json("{'done':true,'metadata':{'state':'BATCH_STATE_SUCCEEDED'}}"));
    poll();
    poll();
    service.says("batches/1", json("{'done':true,'response':OUT}"));

    assertThat(pollAndCollect()).isTrue();
    assertThat(outcomes(1)).containsExactly("a", "b", "c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'metadata':{'output':{'inlinedResponses':{'inlinedResponses':LIST}}},'done':true}",
        "{'done':true,'response':{'inlinedResponses':{'inlinedResponses':LIST}},"
            + "'metadata':{'output':{'inlinedResponses':{'inlinedResponses':LIST}}}}",
        "{'done':true,'response':{'inlinedResponses':LIST}}",
        "{'done':true,'response':{'inlined_responses':{'inlined_responses':LIST}}}",
        "{'done':true,'metadata':{'state':'BATCH_STATE_SUCCEEDED','output':{'inlinedResponses':{}}},"
            + "'response':{'inlinedResponses':LIST}}"
      })
  void answers_inside_the_description_of_a_job_made_from_a_file_are_matched_by_their_keys(
      String operation) throws IOException {
    String list = "[" + inlined("'c'") + "," + inlined("'a'") + "," + inlined("'b'") + "]";
    service.says("batches/1", json(operation.replace("LIST", list)));

    assertThat(pollAndCollect()).isTrue();

    assertThat(outcomes(1)).containsExactly("a", "b", "c");
  }

  @Test
  void answers_without_keys_are_matched_by_their_order_if_there_is_one_for_each()
      throws IOException {
    service.says("batches/1", inlinedOperation("of a", "of b", "of c"));

    assertThat(pollAndCollect()).isTrue();

    assertThat(outcomes(1)).containsOnly("answered");
    assertThat(fixture.folderOf(run).answers(1))
        .content()
        .containsSubsequence("\"key\":null", "of a", "of b", "of c");
  }

  @Test
  void answers_without_keys_that_are_not_as_many_as_the_requests_are_nobodys() throws IOException {
    service.says("batches/1", inlinedOperation("of a", "of c"));

    assertThat(pollAndCollect()).isFalse();

    assertThat(outcomes(1)).containsOnly("no-answer, retryable");
  }

  @Test
  void a_listing_that_leaves_out_the_answers_is_not_believed() throws IOException {
    String other = fixture.assembled("y.jsonl", nativeLine("a", "other"));
    fixture.submit(other);
    service.says("batches/1", inlinedOperation("of a", "of b", "of c"));
    service.lists("batches/1", json("{'done':true,'metadata':{'state':'BATCH_STATE_SUCCEEDED'}}"));

    poll();

    assertThat(job(1).responsesFile()).hasValue("batches/1");
    assertThat(service.count("GET /v1beta/batches/1")).isEqualTo(1);
    assertThat(collector().collect(run)).isTrue();
  }

  @Test
  void answers_whose_file_is_gone_are_taken_from_the_description() throws IOException {
    service.says(
        "batches/1",
        json("{'done':true,'metadata':{'output':OUT},'response':{'inlinedResponses':[")
            + String.join(",", json(inlined("'a'")), json(inlined("'b'")), json(inlined("'c'")))
            + "]}}");
    service.forget("files/answers");
    poll();
    for (int tries = 0; tries < 5; tries++) {
      fixture.runs().parked(run, "not found", Duration.ZERO);
    }

    assertThat(collector().collect(run)).isTrue();
    assertThat(outcomes(1)).containsExactly("a", "b", "c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error on line 2: invalid JSON, near column 9: no such field: 'x'",
        "The batch could not be processed. Error on line 2: no such field: 'x'.",
        "error in line 2 - no such field: 'x'",
        "INVALID_ARGUMENT: Error on line 2: no such field: 'x'"
      })
  void a_line_that_a_failed_job_names_is_taken_out_and_the_others_are_sent(String message)
      throws IOException {
    service.says("batches/1", failed(3, message));

    assertThat(pollAndCollect()).isFalse();

    assertThat(outcomes(1))
        .containsExactly(
            "job-lines_refused, retryable", "line-refused", "job-lines_refused, retryable");
    assertThat(problem(1, 2).message()).contains("no such field: 'x'");
    sendAgain();
    assertThat(service.keysOf(2)).containsExactly("a", "c");
  }

  @Test
  void a_line_that_the_service_only_quotes_is_not_taken_out() throws IOException {
    service.says("batches/1", failed(3, "Error on line 2: unexpected 'Error on line 3: x'"));

    assertThat(pollAndCollect()).isFalse();
    sendAgain();
    assertThat(service.keysOf(2)).containsExactly("a", "c");
  }

  @Test
  void several_lines_that_a_failed_job_names_are_taken_out_at_once() throws IOException {
    service.says("batches/1", failed(400, "Error on line 1: bad; Error on line 3: worse"));

    assertThat(pollAndCollect()).isFalse();

    assertThat(outcomes(1))
        .containsExactly("line-refused", "job-lines_refused, retryable", "line-refused");
    assertThat(problem(1, 1).message()).isEqualTo("bad");
    assertThat(problem(1, 3).message()).isEqualTo("worse");
    sendAgain();
    assertThat(service.keysOf(2)).containsExactly("b");
  }

  @Test
  void lines_named_one_after_the_other_do_not_use_up_the_attempts() throws IOException {
    String many = fixture.dropped("many.jsonl", manyLines(8));
    fixture.runs().inspected(many, many, 8, 0, true);
    fixture.assemble(many);
    fixture.submit(many);
    run = many;
    for (int job = 2; job <= 6; job++) {
      service.says("batches/" + job, failed(3, "Error on line 1: bad"));
      assertThat(pollAndCollect()).isFalse();
      sendAgain();
    }

    assertThat(service.keysOf(7)).containsExactly("k6", "k7", "k8");
  }

  @Test
  void what_a_failed_job_has_answered_counts_before_its_lines_are_refused() throws IOException {
    service.holds("files/answers", answer("a", "of a"));
    service.says(
        "batches/1",
        json(
            "{'done':true,'error':{'code':3,'message':'Error on line 2: bad'},"
                + "'metadata':{'state':'BATCH_STATE_FAILED','output':OUT}}"));

    assertThat(pollAndCollect()).isFalse();

    assertThat(outcomes(1)).containsExactly("a", "line-refused", "job-lines_refused, retryable");
    sendAgain();
    assertThat(service.keysOf(2)).containsExactly("c");
  }

  @ParameterizedTest
  @CsvSource({
    "3, INVALID_ARGUMENT",
    "5, NOT_FOUND",
    "7, PERMISSION_DENIED",
    "9, FAILED_PRECONDITION",
    "12, UNIMPLEMENTED",
    "404, NOT_FOUND"
  })
  void a_reason_that_does_not_pass_is_believed_at_once(int code, String status) throws IOException {
    service.says("batches/1", failed(code, "models/gone is not found"));

    assertThat(pollAndCollect()).isTrue();

    assertThat(outcomes(1)).containsOnly("job-failed");
    assertThat(problem(1, 1).message())
        .isEqualTo("batches/1: " + status + ": models/gone is not found");
    assertThat(service.created()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 10, 13, 14, 99})
  void a_reason_that_may_pass_is_another_attempt(int code) throws IOException {
    service.says("batches/1", failed(code, "trouble"));

    assertThat(pollAndCollect()).isFalse();

    assertThat(outcomes(1)).containsOnly("job-failed, retryable");
  }

  @Test
  void an_error_in_the_metadata_counts_and_so_does_a_job_without_a_state() throws IOException {
    service.says(
        "batches/1",
        json("{'done':true,'metadata':{'error':{'status':'NOT_FOUND','message':'m'}}}"));

    assertThat(pollAndCollect()).isTrue();
    assertThat(outcomes(1)).containsOnly("job-failed");
    assertThat(problem(1, 1).message()).contains("NOT_FOUND: m");
  }

  @Test
  void a_job_that_fails_because_its_file_is_gone_is_sent_with_a_new_file() throws IOException {
    service.says(
        "batches/1",
        failed(
            7,
            "You do not have permission to access the File "
                + service.inputOf(1).replace("files/", "")
                + " or it may not exist."));

    assertThat(pollAndCollect()).isFalse();
    sendAgain();
    assertThat(service.inputOf(2)).isNotEqualTo(service.inputOf(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7 | Consumer 'api_key:x' has been suspended.",
        "9 | User location is not supported for the API use.",
        "16 | Request had invalid authentication credentials."
      })
  void a_job_that_fails_because_of_the_account_is_created_again_when_that_is_accepted(
      int code, String message) throws IOException {
    service.says("batches/1", failed(code, message));

    poll();

    assertThat(job(1).state()).isEqualTo(JobState.UPLOADED);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.ASSEMBLED);
    assertThat(fixture.run(run).reason().orElseThrow()).contains(message.replaceFirst("\\.$", ""));
  }

  @Test
  void a_job_that_fails_for_a_file_that_is_none_of_its_own_is_not_sent_again() throws IOException {
    service.says("batches/1", failed(5, "File files/nobodys not found"));

    assertThat(pollAndCollect()).isTrue();
    assertThat(service.created()).isEqualTo(1);
  }

  @Test
  void a_job_that_ends_at_once_for_lack_of_quota_waits_for_some() throws IOException {
    service.says("batches/1", failed(8, "You exceeded your current quota"));

    poll();

    assertThat(job(1).state()).isEqualTo(JobState.UPLOADED);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.ASSEMBLED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'done':true,'metadata':{'state':'BATCH_STATE_CANCELLED'},'error':{'code':13,'message':'m'}}",
        "{'done':true,'metadata':{'state':'BATCH_STATE_FAILED'},'error':{'code':1,'message':'m'}}",
        "{'done':true,'error':{'code':1,'message':'m'}}",
        "{'done':true,'metadata':{'state':'BATCH_STATE_RUNNING'},'error':{'code':499}}"
      })
  void a_cancelled_job_is_no_failure_whatever_code_it_ends_with(String operation)
      throws IOException {
    service.says("batches/1", json(operation));

    assertThat(pollAndCollect()).isTrue();

    assertThat(outcomes(1)).containsOnly("job-cancelled, retryable");
  }

  @Test
  void a_job_that_we_cancelled_early_and_that_failed_internally_was_cancelled() throws IOException {
    fixture.jobs().cancelAsked(new JobName("batches/1"));
    service.says("batches/1", failed(13, "internal"));

    assertThat(pollAndCollect()).isTrue();
    assertThat(outcomes(1)).containsOnly("job-cancelled, retryable");
  }

  private void sendAgain() throws IOException {
    fixture.assemble(run);
    fixture.submit(run);
  }

  private static String manyLines(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      lines.append(nativeLine("k" + i, "x")).append('\n');
    }
    return lines.toString();
  }

  private static String json(String text) {
    return text.replace("OUT", OUTPUT).replace('\'', '"');
  }

  private static String failed(int code, String message) {
    return "{\"done\":true,\"metadata\":{\"state\":\"BATCH_STATE_FAILED\"},\"error\":{\"code\":"
        + code
        + ",\"message\":\""
        + message
        + "\"}}";
  }

  private static String inlined(String key) {
    return "{'response':{'candidates':[{'content':{'parts':[{'text':'t'}]},'finishReason':'STOP'}]},"
        + "'metadata':{'key':"
        + key
        + "}}";
  }

  private static String inlinedOperation(String... texts) {
    List<String> list = new ArrayList<>();
    for (String text : texts) {
      list.add("{\"response\":" + Samples.response(text) + "}");
    }
    return "{\"done\":true,\"response\":{\"inlinedResponses\":{\"inlinedResponses\":["
        + String.join(",", list)
        + "]}}}";
  }

  private void poll() {
    fixture.clock().forward(Duration.ofMinutes(1));
    List<Job> open = fixture.jobs().inState(JobState.OPEN);
    Map<String, Run> runs = new HashMap<>();
    open.forEach(job -> runs.put(job.runId(), fixture.run(job.runId())));
    polling.poll(open, runs);
  }

  private boolean pollAndCollect() throws IOException {
    poll();
    return collector().collect(run);
  }

  private Collector collector() {
    return new Collector(
        fixture.context(), new RetryPlanner(fixture.context(), new RequestReader()));
  }

  private Job job(int number) {
    return fixture.jobs().job(run, number);
  }

  /** Of each line of a job its key if it is answered under it, else what it came to. */
  private List<String> outcomes(int job) throws IOException {
    List<String> outcomes = new ArrayList<>();
    try (JobAnswers answers = JobAnswers.open(fixture.folderOf(run), job(job), CHECK)) {
      while (answers.advance()) {
        outcomes.add(
            answers
                .problem()
                .map(problem -> problem.code() + (problem.retryable() ? ", retryable" : ""))
                .orElse(answers.key().orElse("answered")));
      }
    }
    return outcomes;
  }

  private LineProblem problem(int job, int line) throws IOException {
    try (JobAnswers answers = JobAnswers.open(fixture.folderOf(run), job(job), CHECK)) {
      for (int i = 0; i < line; i++) {
        answers.advance();
      }
      return answers.problem().orElseThrow();
    }
  }
}
