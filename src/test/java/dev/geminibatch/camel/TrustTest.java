package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.MODEL;
import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.png;
import static dev.geminibatch.testkit.Samples.validation;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.geminibatch.testkit.WorkshopTest;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is in the outbox can be relied on, whatever the service answers. */
class TrustTest extends WorkshopTest {
  @Test
  void shuffled_doubled_dropped_and_invented_answers_come_to_one_result_in_order()
      throws Exception {
    open();
    fault("answers shuffle");
    fault("answer-line twice times=3");
    fault("answer-line missing times=2");
    String[] lines = numbered(20);
    workshop.drop("x.jsonl", lines);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly(numbers(20));
    JsonNode jobs = workshop.outbox().report("x").path("jobs");
    assertThat(jobs.findValuesAsText("requests")).containsExactly("20", "2");
    assertThat(jobs.at("/0/oddities/repeated").asInt()).isEqualTo(3);
    assertThat(workshop.sandbox().counters().linesSent()).isEqualTo(22);
  }

  @Test
  void strangers_and_wrong_keys_among_the_answers_are_named() throws Exception {
    open("retry.max-attempts=1");
    fault("answers stranger times=1");
    fault("answer-line wrong-key every=3 times=1");
    workshop.drop("x.jsonl", numbered(4));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("0", "3");
    assertThat(workshop.outbox().errors("x").stream().map(error -> error.path("code").asText()))
        .containsExactly("answer-contradictory", "no-answer");
    JsonNode odd = workshop.outbox().report("x").at("/jobs/0/oddities");
    assertThat(odd.path("unknown").asInt()).isEqualTo(1);
    assertThat(odd.path("repeated").asInt()).isEqualTo(1);
    assertThat(odd.path("examples").toString()).contains("unknown key nobody-asked");
  }

  @Test
  void only_what_failed_is_sent_again_and_the_bill_says_so() throws Exception {
    open("retry.max-attempts=2");
    fault("answer-line error=3 every=50 message=Never."); // two of a hundred, forever
    fault("answer-line error=14 every=10 times=9 message=Later."); // nine more, once
    workshop.drop("x.jsonl", numbered(100));
    workshop.awaitRuns(1);

    List<JsonNode> errors = workshop.outbox().errors("x");
    int answered = workshop.outbox().results("x").size();
    assertThat(answered + errors.size()).isEqualTo(100);
    assertThat(errors).allMatch(error -> error.path("code").asText().equals("INVALID_ARGUMENT"));
    JsonNode jobs = workshop.outbox().report("x").path("jobs");
    assertThat(jobs).hasSize(2);
    long again = jobs.at("/1/requests").asLong();
    assertThat(again).isEqualTo(9);
    assertThat(workshop.sandbox().counters().linesSent()).isEqualTo(100 + again);
  }

  @Test
  void what_only_looks_like_an_answer_is_reported_with_it_and_passes_if_nobody_checks()
      throws Exception {
    open("retry.max-attempts=1");
    workshop.media("a.jpg", png("a"));
    String[] lines = {
      validation("cut"),
      validation("blocked"),
      extraction("json", "a.jpg"),
      extraction("schema", "a.jpg"),
      validation("good")
    };
    misbehave();
    workshop.drop("x.jsonl", lines);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("good");
    List<JsonNode> errors = workshop.outbox().errors("x");
    assertThat(errors.stream().map(error -> error.path("code").asText()))
        .containsExactly("cut-off", "blocked", "answer-not-json", "answer-schema");
    assertThat(errors.get(0).at("/answer/response/candidates/0/finishReason").asText())
        .isEqualTo("MAX_TOKENS");
    assertThat(errors.get(3).path("message").asText()).contains("/0");
    assertThat(errors.get(3).at("/request/custom_id").asText()).isEqualTo("schema");

    workshop.stop();
    workshop.set("results.check", "off");
    workshop.start();
    workshop.sandbox().faults().clear();
    misbehave();
    workshop.drop("y.force.jsonl", lines);
    workshop.awaitRuns(2);
    assertThat(keys(workshop.outbox().results("y")))
        .containsExactly("cut", "blocked", "json", "schema", "good");
  }

  private void misbehave() {
    fault("answer-line finish=MAX_TOKENS times=1");
    fault("answer-line blocked times=1");
    fault("answer-line text=[{\"root\" times=1");
    fault("answer-line text=[1,2] times=1");
  }

  @Test
  void an_errors_file_with_answers_in_it_can_be_dropped_as_it_is() throws Exception {
    open("retry.max-attempts=1");
    fault("answer-line empty-text times=1");
    workshop.drop("x.jsonl", validation("1"), validation("2"));
    workshop.awaitRuns(1);

    workshop.drop("y.jsonl", Files.readString(folder.resolve("outbox/x-batch-errors.jsonl")));
    workshop.awaitRuns(2);

    assertThat(keys(workshop.outbox().results("y"))).containsExactly("1");
  }

  @Test
  void lines_for_which_the_service_refuses_a_job_are_taken_out_and_the_others_sent()
      throws Exception {
    open("retry.max-attempts=1");
    fault(
        "batch-create status=400 times=1 message=Error on line 2: invalid JSON, near column 7: no"
            + " such field: 'thinking_config'");
    workshop.drop("x.jsonl", numbered(3));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("0", "2");
    JsonNode error = workshop.outbox().errors("x").get(0);
    assertThat(error.path("key").asText()).isEqualTo("1");
    assertThat(error.path("code").asText()).isEqualTo("line-refused");
    assertThat(error.path("message").asText()).contains("no such field: 'thinking_config'");
    assertThat(error.path("retryable").asBoolean()).isFalse();
    assertThat(workshop.sandbox().counters().linesSent()).isEqualTo(2);
  }

  @Test
  void each_line_is_held_against_its_own_schema() throws Exception {
    open("retry.max-attempts=1");
    String[] lines = new String[300];
    for (int i = 0; i < lines.length; i++) {
      lines[i] =
          """
          {"key":"%d","request":{"contents":[{"parts":[{"text":"x"}]}],"generation_config":{\
          "response_mime_type":"application/json","response_schema":{"type":"STRING","enum":["w%d"]}}}}"""
              .formatted(i, i);
    }
    fault("answer-line text=\"w17\" every=100");
    workshop.drop("x.jsonl", lines);
    workshop.awaitRuns(1);

    assertThat(workshop.outbox().results("x")).hasSize(297);
    assertThat(keys(workshop.outbox().errors("x"))).containsExactly("99", "199", "299");
  }

  @Test
  void the_app_can_read_every_line_of_the_results() throws Exception {
    open();
    workshop.media("a.jpg", png("a"));
    fault("answer-line text={ chance=0.3 seed=5");
    fault("answer-line blocked chance=0.2 seed=6");
    String[] lines =
        IntStream.range(0, 30)
            .mapToObj(i -> extraction("ext_%04d".formatted(i), "a.jpg"))
            .toArray(String[]::new);
    workshop.drop("x.jsonl", lines);
    workshop.awaitRuns(1);

    assertThat(workshop.outbox().results("x")).isNotEmpty();
    for (JsonNode line : workshop.outbox().results("x")) {
      assertThat(line.path("key").asText()).startsWith("ext_");
      StringBuilder text = new StringBuilder();
      line.at("/response/candidates")
          .forEach(
              candidate ->
                  candidate
                      .at("/content/parts")
                      .forEach(p -> text.append(p.path("text").asText())));
      assertThat(new ObjectMapper().readTree(text.toString()).isArray()).isTrue();
    }
    assertThat(workshop.outbox().results("x").size() + workshop.outbox().errors("x").size())
        .isEqualTo(30);
  }

  @Test
  void a_report_adds_up_and_has_the_published_form() throws Exception {
    open("retry.max-attempts=2");
    workshop.media("a.jpg", png("a"));
    fault("answers stranger times=1");
    fault("answer-line error=13 times=3");
    workshop.drop(
        "x.jsonl", validation("1"), extraction("2", "a.jpg"), validation("3"), "{not json");
    workshop.awaitRuns(1);

    JsonNode report = workshop.outbox().report("x");
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(
                new ObjectMapper().readTree(getClass().getResource("/schema/report.schema.json")));
    assertThat(schema.validate(report)).isEmpty();
    assertThat(report.path("requests").asInt())
        .isEqualTo(report.path("answered").asInt() + report.path("failed").asInt());
    assertThat(report.at("/failures/not-json").asInt()).isEqualTo(1);
    long in = report.at("/tokens/in").asLong();
    assertThat(in).isEqualTo(sumOverJobs(report, "/tokens/in")).isPositive();
    double cost = (in * 0.15 + report.at("/tokens/out").asLong() * 1.25) / 1e6;
    assertThat(report.at("/cost/estimate").asDouble()).isCloseTo(cost, within(cost / 1000));
    assertThat(sumOverJobs(report, "/requests"))
        .isEqualTo(workshop.sandbox().counters().linesSent());
  }

  @Test
  void the_page_shows_everything_from_outside_as_text() throws Exception {
    open("retry.max-attempts=1");
    workshop.media("a 1.jpg", png("a"));
    fault("answer-line text=<script>alert(1)</script>{{rows}} times=1");
    fault("answer-line error=3 times=1 message=<img src=x onerror=alert(2)>");
    workshop.drop(
        "x.jsonl",
        nativeLine("<b>k", "x"),
        nativeLine("2", "x"),
        nativeLine("3", "[[FILE:a 1.jpg]]"),
        nativeLine("4", "x"));
    workshop.awaitRuns(1);

    String page = Files.readString(folder.resolve("outbox/x-batch-report.html"));
    assertThat(page)
        .contains(
            "&lt;script&gt;alert(1)&lt;/script&gt;{{rows}}",
            "&lt;b&gt;k",
            "&lt;img src=x onerror=alert(2)&gt;",
            "src=\"./../media/a%201.jpg\"",
            "3</b>answered",
            "INVALID_ARGUMENT")
        .doesNotContain("<script>alert", "<img src=x", "http://", "https://");
    String script = page.substring(page.lastIndexOf("<script>") + 8, page.lastIndexOf("</script>"));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(UTF_8));
    assertThat(page).contains("script-src 'sha256-" + Base64.getEncoder().encodeToString(hash));
    assertThat(folder.resolve("outbox")).isDirectoryNotContaining("glob:**.part");
  }

  private static long sumOverJobs(JsonNode report, String field) {
    long sum = 0;
    for (JsonNode job : report.path("jobs")) {
      sum += job.at(field).asLong();
    }
    return sum;
  }

  private static String[] numbered(int lines) {
    return IntStream.range(0, lines)
        .mapToObj(i -> nativeLine("" + i, "for " + MODEL))
        .toArray(String[]::new);
  }

  private static String[] numbers(int lines) {
    return IntStream.range(0, lines).mapToObj(i -> "" + i).toArray(String[]::new);
  }
}
