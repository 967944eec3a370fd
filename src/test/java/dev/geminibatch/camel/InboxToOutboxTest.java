package dev.geminibatch.camel;

import static dev.geminibatch.io.Sha256.hex;
import static dev.geminibatch.testkit.Outbox.fileHashes;
import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.correction;
import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.png;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.run.RunState;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.service.JobName;
import dev.geminibatch.testkit.WorkshopTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The real routes and the sandbox, from a dropped file to what a person finds in the folders. */
class InboxToOutboxTest extends WorkshopTest {
  @Test
  void three_exports_dropped_together_are_each_answered_in_order() throws Exception {
    open();
    workshop.media("lex/a 1.jpg", png("a 1"));
    workshop.media("lex/עמוד.jpg", png("page"));

    workshop.drop(
        "extraction.jsonl", extraction("e1", "lex/a 1.jpg"), extraction("e2", "lex/עמוד.jpg"));
    workshop.drop(
        "correction.jsonl", correction("c1", "lex/עמוד.jpg"), correction("c2", "lex/a 1.jpg"));
    workshop.drop("validation.jsonl", validation("v1"), validation("v2"), validation("v3"));
    workshop.awaitJobs(3);
    workshop.awaitRuns(3);

    List<JsonNode> extraction = workshop.outbox().results("extraction");
    assertThat(keys(extraction)).containsExactly("e1", "e2");
    assertThat(fileHashes(extraction.get(0))).containsExactly(hex(png("a 1")));
    assertThat(fileHashes(extraction.get(1))).containsExactly(hex(png("page")));
    assertThat(textOf(extraction.get(0)).path(0).path("root").isTextual()).isTrue();
    List<JsonNode> correction = workshop.outbox().results("correction");
    assertThat(keys(correction)).containsExactly("c1", "c2");
    assertThat(fileHashes(correction.get(0))).containsExactly(hex(png("page")));
    assertThat(keys(workshop.outbox().results("validation"))).containsExactly("v1", "v2", "v3");
    assertThat(workshop.sandbox().counters().filesStored())
        .as("two images and three job files")
        .isEqualTo(5);
    assertThat(folder.resolve("archive")).isDirectoryContaining("glob:**/extraction.jsonl");
    assertThat(folder.resolve("inbox")).isEmptyDirectory();
  }

  @Test
  void lines_for_different_models_become_jobs_of_one_run_and_one_result() throws Exception {
    open("gemini.model=gemini-default");
    workshop.drop(
        "mixed.jsonl",
        nativeLine("n1", "no model"),
        validation("v1"),
        nativeLine("n2", "no model"),
        validation("v2"));
    workshop.awaitJobs(2);
    workshop.awaitRuns(1);

    List<JsonNode> results = workshop.outbox().results("mixed");
    assertThat(keys(results)).containsExactly("n1", "v1", "n2", "v2");
    assertThat(results.stream().map(line -> line.at("/response/modelVersion").asText()))
        .containsExactly(
            "gemini-default", "gemini-2.5-flash", "gemini-default", "gemini-2.5-flash");
  }

  @Test
  void a_run_that_is_too_large_for_one_job_becomes_several_and_one_result() throws Exception {
    open("job.max-requests=2");
    workshop.drop(
        "five.jsonl",
        validation("1"),
        validation("2"),
        validation("3"),
        validation("4"),
        validation("5"));
    workshop.awaitJobs(3);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("five"))).containsExactly("1", "2", "3", "4", "5");
    assertThat(workshop.outbox().report("five").path("jobs")).hasSize(3);
  }

  @Test
  void lines_that_cannot_be_sent_are_reported_and_the_others_answered() throws Exception {
    open();
    workshop.media("there.jpg", png("there"));
    workshop.drop(
        "some.jsonl",
        "{not json",
        validation("good"),
        "",
        extraction("no-file", "missing.jpg"),
        extraction("outside", "../../etc/passwd"),
        extraction("remote", "http://127.0.0.1/x.jpg"),
        extraction("with-file", "there.jpg"),
        "{\"key\":\"empty\",\"request\":{}}");
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("some"))).containsExactly("good", "with-file");
    List<JsonNode> errors = workshop.outbox().errors("some");
    assertThat(errors.stream().map(line -> line.path("line").asInt()))
        .containsExactly(1, 4, 5, 6, 8);
    assertThat(errors.stream().map(line -> line.path("code").asText()))
        .containsExactly(
            "not-json", "file-missing", "file-outside-root", "file-remote", "no-contents");
    assertThat(errors.get(1).path("message").asText()).contains("body.contents[0].parts[0].text");
    assertThat(errors.get(1).path("request").path("custom_id").asText()).isEqualTo("no-file");
    JsonNode report = workshop.outbox().report("some");
    assertThat(report.path("requests").asInt()).isEqualTo(7);
    assertThat(report.path("answered").asInt() + report.path("failed").asInt()).isEqualTo(7);
  }

  @Test
  void a_mended_errors_file_can_be_dropped_as_it_is() throws Exception {
    open();
    workshop.drop("some.jsonl", validation("good"), extraction("late", "late.jpg"));
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    workshop.media("late.jpg", png("late"));
    workshop.drop(
        "again.jsonl", Files.readString(folder.resolve("outbox/some-batch-errors.jsonl")));
    workshop.awaitJobs(2);
    workshop.awaitRuns(2);

    List<JsonNode> results = workshop.outbox().results("again");
    assertThat(keys(results)).containsExactly("late");
    assertThat(fileHashes(results.get(0))).containsExactly(hex(png("late")));
  }

  @Test
  void a_file_without_a_usable_line_goes_to_the_failed_folder_and_nothing_is_sent()
      throws Exception {
    open();
    workshop.drop("bad.jsonl", "{not json", "{\"key\":\"x\"}");
    workshop.drop("empty.jsonl", "");
    workshop.awaitRuns(2);

    assertThat(folder.resolve("failed/bad.jsonl")).hasContent("{not json\n{\"key\":\"x\"}");
    assertThat(folder.resolve("failed/bad.jsonl.why.txt"))
        .content()
        .contains("line 1: ", "line 2: ", "move it back");
    assertThat(folder.resolve("failed/empty.jsonl.why.txt")).content().contains("no lines");
    assertThat(workshop.sandbox().counters().filesStored()).isZero();
  }

  @Test
  void one_bad_line_keeps_the_file_back_when_that_is_wanted() throws Exception {
    open("lines.on-error=fail");
    workshop.drop("some.jsonl", validation("good"), "{not json");
    workshop.awaitRuns(1);

    assertThat(folder.resolve("failed/some.jsonl.why.txt")).content().contains("line 2: ");
    assertThat(workshop.sandbox().counters().filesStored()).isZero();
  }

  @Test
  void duplicate_and_missing_keys_are_unique_for_the_service_and_as_they_were_in_the_results()
      throws Exception {
    open();
    workshop.drop(
        "keys.jsonl",
        nativeLine("same", "first"),
        nativeLine("same", "second"),
        "{\"request\":{\"contents\":[{\"parts\":[{\"text\":\"third\"}]}]}}",
        "{\"key\":17,\"request\":{\"contents\":[{\"parts\":[{\"text\":\"fourth\"}]}]}}",
        nativeLine("same", "fifth"));
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    List<JsonNode> results = workshop.outbox().results("keys");
    assertThat(results.stream().map(line -> line.path("key").toString()))
        .containsExactly("\"same\"", "\"same\"", "\"line-3\"", "17", "\"same\"");
    assertThat(results.stream().map(line -> line.at("/response/sandbox/key").asText()))
        .doesNotHaveDuplicates();
  }

  @Test
  void bom_carriage_returns_and_blank_lines_do_no_harm() throws Exception {
    open();
    workshop.drop(
        "windows.jsonl", "\uFEFF" + validation("1") + "\r", "\r", "   ", validation("2") + "\r\n");
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("windows"))).containsExactly("1", "2");
  }

  @Test
  void the_service_gets_the_request_byte_for_byte() throws Exception {
    open();
    String request =
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"\\u05d0 \u05d0 \\/\"}]}],"
            + "\"generationConfig\":{\"temperature\":0.10,\"seed\":12345678901234567890,\"x\":1e400},"
            + "\"systemInstruction\":{\"parts\":[{\"text\":\"s\"}]},\"tools\":[{\"a\":{}}],"
            + "\"unknown\":null}";
    workshop.drop("exact.jsonl", "{\"key\":\"k\",\"request\":" + request + "}");
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(
            workshop
                .outbox()
                .results("exact")
                .get(0)
                .at("/response/sandbox/requestSha256")
                .asText())
        .isEqualTo(hex(request.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void a_restart_while_a_job_runs_neither_loses_nor_repeats_it() throws Exception {
    open();
    workshop.drop("long.jsonl", validation("1"), validation("2"));
    workshop.awaitJobs(1);

    workshop.stop();
    workshop.start();
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("long"))).containsExactly("1", "2");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void a_job_that_was_sent_with_another_key_is_waited_for() throws Exception {
    open();
    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitJobs(1);

    workshop.stop();
    workshop.set("gemini.api-key", "other-key");
    workshop.start();
    await()
        .until(
            () -> workshop.runs().get(0).reason().orElse("").contains("sent with another API key"));
    workshop.stop();
    workshop.set("gemini.api-key", "some-key");
    workshop.start();
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void an_errors_file_that_is_still_to_be_mended_is_left_alone() throws Exception {
    open();
    workshop.drop("x.jsonl", validation("1"), "{not json");
    workshop.awaitRuns(1);
    Files.delete(folder.resolve("outbox/x-batch-results.jsonl"));
    Files.delete(folder.resolve("outbox/x-batch-report.json"));

    workshop.drop("x.jsonl", validation("2"));
    workshop.awaitRuns(2);

    assertThat(keys(workshop.outbox().errors("x"))).containsExactly("line-2");
  }

  @Test
  void a_line_of_an_errors_file_that_fails_again_is_not_wrapped_twice() throws Exception {
    open();
    workshop.drop("x.jsonl", validation("1"), "{not json", extraction("2", "none.jpg"));
    workshop.awaitRuns(1);

    workshop.drop(
        "y.jsonl",
        Files.readString(folder.resolve("outbox/x-batch-errors.jsonl")),
        validation("3"));
    workshop.awaitRuns(2);

    List<JsonNode> errors = workshop.outbox().errors("y");
    assertThat(errors.get(0).path("code").asText()).isEqualTo("not-json");
    assertThat(errors.get(0).path("request").asText()).isEqualTo("{not json");
    assertThat(errors.get(1).path("request").path("custom_id").asText()).isEqualTo("2");
  }

  @Test
  void a_file_that_is_not_utf8_says_so() throws Exception {
    open();
    Files.write(
        folder.resolve("inbox/wide.jsonl"),
        validation("1").getBytes(java.nio.charset.StandardCharsets.UTF_16));
    workshop.awaitRuns(1);

    assertThat(folder.resolve("failed/wide.jsonl.why.txt"))
        .content()
        .contains("The file is UTF-16", "save it as UTF-8");
  }

  @Test
  void a_line_that_is_sent_again_never_takes_the_place_of_another_job() throws Exception {
    open("job.max-bytes=400");
    workshop.sandbox().faults().add("answer-line error=14 times=1 message=unavailable");
    workshop.drop(
        "x.jsonl", nativeLine("too large", "x".repeat(500)), validation("1"), validation("2"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2");
    assertThat(keys(workshop.outbox().errors("x"))).containsExactly("too large");
  }

  @Test
  void a_job_that_is_not_found_once_is_looked_at_again() throws Exception {
    open();
    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitJobs(1);
    workshop.sandbox().faults().add("batch-get status=404 times=3 message=not found");
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
  }

  @Test
  void an_input_that_was_changed_after_it_was_sent_gives_no_answer_another_key() throws Exception {
    open();
    workshop.drop("x.jsonl", nativeLine("k", "first"), nativeLine("k", "second"));
    workshop.awaitJobs(1);
    Path input = folder.resolve("state/runs/" + workshop.runs().get(0).id() + "/input.jsonl");
    Files.writeString(input, nativeLine("a", "other") + "\n" + nativeLine("b", "lines"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("k", "k~2");
  }

  @Test
  void many_small_jobs_need_few_files_and_little_memory() throws Exception {
    open("job.max-requests=1", "retry.max-attempts=1");
    String[] lines = new String[60];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = validation("" + i);
    }
    workshop.drop("many.jsonl", lines);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("many"))).hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  void a_lost_answer_to_the_creation_of_a_job_leads_to_one_job() throws Exception {
    open();
    workshop.sandbox().faults().add("batch-create lost-answer times=1");
    workshop.drop("once.jsonl", validation("1"));
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("once"))).containsExactly("1");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void trouble_on_the_way_up_and_down_passes() throws Exception {
    open();
    workshop.media("a.jpg", png("a"));
    workshop
        .sandbox()
        .faults()
        .add("upload-start status=503 times=1 message=busy")
        .add("upload-chunk lost-answer times=1")
        .add("batch-get status=500 times=2 message=oops")
        .add("download half-answer times=1")
        .add("download cut times=1");
    workshop.drop("bumpy.jsonl", extraction("1", "a.jpg"), validation("2"));
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("bumpy"))).containsExactly("1", "2");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void with_a_fifth_of_all_upload_requests_failing_each_file_arrives_once() throws Exception {
    open("upload.concurrency=8");
    for (String endpoint : List.of("upload-start", "upload-chunk")) {
      for (String fault : List.of("status=429", "status=503", "cut", "lost-answer")) {
        workshop.sandbox().faults().add(endpoint + " " + fault + " chance=0.05 seed=7");
      }
    }
    String[] lines = new String[100];
    for (int i = 0; i < lines.length; i++) {
      workshop.media(i + ".png", png("image " + i % 60)); // 40 of them are copies
      lines[i] = extraction("" + i, i + ".png");
    }
    workshop.drop("a.jsonl", Arrays.copyOfRange(lines, 0, 50));
    workshop.drop("b.jsonl", Arrays.copyOfRange(lines, 50, 100));
    workshop.awaitRuns(2);

    List<JsonNode> results = new ArrayList<>(workshop.outbox().results("a"));
    results.addAll(workshop.outbox().results("b"));
    for (int i = 0; i < lines.length; i++) {
      assertThat(fileHashes(results.get(i))).containsExactly(hex(png("image " + i % 60)));
    }
    List<String> images = new ArrayList<>();
    workshop
        .workspace()
        .connection()
        .files()
        .forEachFile(file -> images.add(file.mimeType().equals("image/png") ? file.name() : ""));
    images.removeIf(String::isEmpty);
    assertThat(images).hasSize(60);
    assertThat(workshop.sandbox().counters().mostAtOnce(Endpoint.UPLOAD_CHUNK))
        .isLessThanOrEqualTo(8);
  }

  @Test
  void a_file_that_is_still_processed_is_waited_for() throws Exception {
    open();
    workshop.media("a.mp4", png("a"));
    workshop.sandbox().faults().add("file-shown state=PROCESSING times=3 message=in a moment");
    workshop.drop("x.jsonl", extraction("1", "a.mp4"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    assertThat(workshop.sandbox().counters().requests(Endpoint.FILE_GET)).isGreaterThanOrEqualTo(3);
  }

  @Test
  void a_file_that_the_service_cannot_process_is_reported_with_its_reason() throws Exception {
    open();
    workshop.media("a.mp4", png("a"));
    workshop.sandbox().faults().add("file-shown state=FAILED times=1 message=the video is broken");
    workshop.drop("x.jsonl", extraction("1", "a.mp4"), validation("2"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("2");
    JsonNode error = workshop.outbox().errors("x").get(0);
    assertThat(error.path("code").asText()).isEqualTo("file-refused");
    assertThat(error.path("message").asText()).contains("the video is broken");
  }

  @Test
  void another_key_uploads_its_own_and_a_changed_file_is_uploaded_anew() throws Exception {
    open();
    workshop.media("a.png", png("a"));
    workshop.drop("first.jsonl", extraction("1", "a.png"));
    workshop.awaitRuns(1);
    workshop.stop();
    workshop.set("gemini.api-key", "other-key");
    workshop.start();
    workshop.drop("second.jsonl", extraction("1", "a.png"));
    workshop.awaitRuns(2);
    workshop.media("a.png", png("A"));
    workshop.drop("third.jsonl", extraction("1", "a.png"));
    workshop.awaitRuns(3);

    assertThat(workshop.sandbox().counters().filesStored())
        .as("three images and three job files")
        .isEqualTo(6);
    assertThat(fileHashes(workshop.outbox().results("second").get(0)))
        .containsExactly(hex(png("a")));
    assertThat(fileHashes(workshop.outbox().results("third").get(0)))
        .containsExactly(hex(png("A")));
  }

  @Test
  void the_same_content_is_paid_once_unless_forced() throws Exception {
    open();
    workshop.drop("first.jsonl", validation("1"));
    workshop.awaitJobs(1);
    workshop.drop("second.jsonl", validation("1"));
    workshop.awaitRuns(2);
    workshop.drop("third.force.jsonl", validation("1"));
    workshop.awaitJobs(2);
    workshop.awaitRuns(3);

    for (String stem : List.of("first", "second", "third")) {
      assertThat(keys(workshop.outbox().results(stem))).containsExactly("1");
    }
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(2);
  }

  @Test
  void a_second_file_of_the_same_name_leaves_the_first_results_alone() throws Exception {
    open();
    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);
    workshop.drop("x.jsonl", validation("2"));
    workshop.awaitJobs(2);
    workshop.awaitRuns(2);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    String second = workshop.runs().get(0).id();
    assertThat(keys(workshop.outbox().results("x." + second))).containsExactly("2");
  }

  @Test
  void the_lines_of_a_cancelled_job_are_reported_with_the_reason() throws Exception {
    open();
    workshop.drop("gone.jsonl", validation("1"));
    workshop.awaitJobs(1);
    JobName job = workshop.workspace().connection().batches().allJobs().get(0).jobName();
    workshop.workspace().connection().batches().cancelJob(job);
    workshop.awaitRuns(1);

    List<JsonNode> errors = workshop.outbox().errors("gone");
    assertThat(keys(errors)).containsExactly("1");
    assertThat(errors.get(0).path("code").asText()).isEqualTo("job-cancelled");
    assertThat(errors.get(0).path("retryable").asBoolean()).isTrue();
  }

  @Test
  void only_lines_that_may_work_are_sent_again_and_not_for_ever() throws Exception {
    open();
    workshop
        .sandbox()
        .faults()
        .add("answer-line error=13 times=1 message=internal")
        .add("answer-line error=3 times=1 message=bad request");
    workshop.drop("x.jsonl", validation("1"), validation("2"), validation("3"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "3");
    assertThat(workshop.outbox().errors("x").get(0).path("code").asText())
        .isEqualTo("INVALID_ARGUMENT");
    JsonNode jobs = workshop.outbox().report("x").path("jobs");
    assertThat(jobs.findValuesAsText("requests")).containsExactly("3", "1");
  }

  @Test
  void a_line_that_never_works_is_reported_after_the_last_attempt() throws Exception {
    open("retry.max-attempts=2");
    workshop.sandbox().faults().add("answer-line error=14 times=2 message=unavailable");
    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitRuns(1);

    assertThat(workshop.outbox().results("x")).isEmpty();
    assertThat(workshop.outbox().errors("x").get(0).path("code").asText()).isEqualTo("UNAVAILABLE");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(2);
  }

  @Test
  void a_file_that_died_while_its_job_waited_is_uploaded_again_for_its_line() throws Exception {
    open();
    workshop.media("a.jpg", png("a"));
    workshop.media("b.jpg", png("b"));
    workshop.drop("x.jsonl", extraction("1", "a.jpg"), extraction("2", "b.jpg"));
    workshop.awaitJobs(1);
    List<String> images = new ArrayList<>();
    workshop
        .workspace()
        .connection()
        .files()
        .forEachFile(file -> images.add(file.displayName().equals("a.jpg") ? file.name() : ""));
    images.removeIf(String::isEmpty);
    workshop.workspace().connection().files().deleteFile(images.get(0));
    workshop.awaitRuns(1);

    List<JsonNode> results = workshop.outbox().results("x");
    assertThat(keys(results)).containsExactly("1", "2");
    assertThat(fileHashes(results.get(0))).containsExactly(hex(png("a")));
    assertThat(workshop.sandbox().counters().filesStored())
        .as("two images and one of them again, two job files")
        .isEqualTo(5);
  }

  @Test
  void a_refused_key_parks_the_run_with_the_reason() throws Exception {
    open();
    workshop.sandbox().faults().add("upload-start status=400 times=1 message=API key not valid.");
    workshop.drop("x.jsonl", validation("1"));
    await().until(() -> workshop.runs().stream().anyMatch(run -> run.reason().isPresent()));

    assertThat(workshop.runs().get(0).reason())
        .hasValueSatisfying(reason -> assertThat(reason).contains("API key not valid"));
    assertThat(workshop.runs().get(0).state()).isEqualTo(RunState.ASSEMBLED);
  }

  @Test
  void no_picture_is_lost_while_the_account_is_refused() throws Exception {
    open();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      workshop.media(i + ".png", png("picture " + i));
      lines.append(correction("k" + i, i + ".png")).append('\n');
    }
    workshop
        .sandbox()
        .faults()
        .add("upload-chunk status=403 every=3 message=Your project has been denied access.");
    workshop.drop("x.jsonl", lines.toString().strip());
    await().until(() -> workshop.runs().stream().anyMatch(run -> run.reason().isPresent()));
    assertThat(workshop.runs().get(0).reason().orElseThrow())
        .contains("refuses this account", "Your project has been denied access.");

    workshop.sandbox().faults().clear();
    workshop.passTime(Duration.ofMinutes(1));
    workshop.awaitRuns(1);

    assertThat(workshop.outbox().results("x")).hasSize(20);
  }

  @Test
  void why_nothing_is_left_to_send_is_said_in_the_words_of_the_service() throws Exception {
    open();
    workshop.media("a.png", png("a"));
    workshop.sandbox().faults().add("upload-start status=400 message=Not a picture at all.");
    workshop.drop("x.jsonl", correction("1", "a.png"));
    Path why = folder.resolve("failed/x.jsonl.why.txt");
    await().until(() -> Files.exists(why));

    assertThat(why).content().contains("line 1:", "a.png", "Not a picture at all.");
  }

  private static JsonNode textOf(JsonNode result) throws IOException {
    return new ObjectMapper()
        .readTree(result.at("/response/candidates/0/content/parts/0/text").asText());
  }
}
