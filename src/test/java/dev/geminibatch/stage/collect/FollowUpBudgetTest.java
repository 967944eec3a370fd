package dev.geminibatch.stage.collect;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.Strictness;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run has spent counts against its limit at each attempt. */
class FollowUpBudgetTest {
  private static final int INTERNAL = 13;

  /** A million tokens in cost 1, out 1000: 1000 tokens out, which are assumed, cost 1. */
  private static final String PRICES =
      "{\"currency\":\"USD\",\"perMillionTokens\":{\"gemini-x\":{\"input\":1,\"output\":1000}}}";

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private String run;

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private void sent(String limit) throws IOException {
    Path prices = Files.writeString(folder.resolve("prices.json"), PRICES);
    fixture =
        StageFixture.open(
            folder,
            service,
            "gemini.model=gemini-x",
            "prices.file=" + prices,
            "budget.max-cost-per-file=" + limit);
    run = fixture.assembled("x.jsonl", nativeLine("a", "x"), nativeLine("b", "x"));
    fixture.submit(run);
  }

  private boolean collected(String... answers) throws IOException {
    fixture.ended(run, 1, service.holds("files/answers", answers));
    return new Collector(
            fixture.context(), new RetryPlanner(fixture.context(), new RequestReader()))
        .collect(run);
  }

  private static String dear(String key, int tokens) {
    return answer(key, "x")
        .replace("\"candidatesTokenCount\":1", "\"candidatesTokenCount\":" + tokens);
  }

  private List<JsonNode> errors() throws IOException {
    fixture.deliverer().deliver(run);
    return new Outbox(fixture.folders().outbox()).errors("x");
  }

  @Test
  void an_attempt_that_fits_beside_what_was_spent_is_made() throws IOException {
    sent("2.5");
    assertThat(collected(dear("a", 1200), error("b", INTERNAL, "no luck"))).isFalse();
    assertThat(fixture.run(run).attempt()).isEqualTo(2);
  }

  @Test
  void an_attempt_that_would_exceed_the_limit_is_not_made_and_its_lines_say_so()
      throws IOException {
    sent("2.1");
    assertThat(collected(dear("a", 1200), error("b", INTERNAL, "no luck"))).isTrue();

    assertThat(fixture.run(run).attempt()).isEqualTo(1);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.COLLECTED);
    List<JsonNode> errors = errors();
    assertThat(errors).hasSize(1);
    assertThat(errors.get(0).path("code").asText()).isEqualTo("over-budget");
    assertThat(errors.get(0).path("retryable").asBoolean()).isTrue();
    assertThat(errors.get(0).path("key").asText()).isEqualTo("b");
    assertThat(errors.get(0).path("request").path("key").asText()).isEqualTo("b");
    assertThat(errors.get(0).path("message").asText())
        .contains("has cost about 1.2 USD", "another attempt would cost about 1", "allows 2.1");
  }

  @Test
  void a_job_whose_answers_say_nothing_of_tokens_counts_by_the_estimate() throws IOException {
    sent("2.9");
    Files.writeString(
        fixture.folderOf(run).preflight(),
        "{\"input\":\"x\",\"lines\":2,\"bad\":0,\"models\":[{\"model\":\"gemini-x\",\"requests\":2,"
            + "\"jobs\":1,\"bytes\":1,\"tokensIn\":20,\"tokensOut\":2000}],\"files\":null,\"cost\":null,"
            + "\"sameContentAs\":null}");
    assertThat(collected(error("a", INTERNAL, "no"), error("b", INTERNAL, "no"))).isTrue();
    assertThat(errors())
        .extracting(error -> error.path("message").asText())
        .allMatch(message -> message.contains("may have cost about 2 USD"));
  }

  @Test
  void an_answer_that_does_not_count_stays_beside_the_reason() throws IOException {
    sent("2.1");
    String truncated = dear("b", 1200).replace("STOP", "MAX_TOKENS");
    assertThat(collected(answer("a", "x"), truncated)).isTrue();
    JsonNode error = errors().get(0);
    assertThat(error.path("code").asText()).isEqualTo("over-budget");
    assertThat(error.path("answer").path("response").isObject()).isTrue();
  }

  @Test
  void done_twice_it_comes_to_the_same() throws Exception {
    sent("2.1");
    assertThat(collected(dear("a", 1200), error("b", INTERNAL, "no luck"))).isTrue();
    String first = Files.readString(fixture.folderOf(run).rejected(2));
    fixture.sql("UPDATE run SET state = 'SUBMITTED'");
    new RetryPlanner(fixture.context(), new RequestReader())
        .prepare(
            fixture.run(run),
            fixture.ledger().jobs().of(run),
            Set.of(),
            new AnswerCheck(Strictness.STRICT));
    assertThat(fixture.folderOf(run).rejected(2)).hasContent(first);
  }

  @Test
  void a_job_that_failed_as_a_whole_has_cost_nothing() throws IOException {
    sent("2.9");
    fixture.jobs().ended(fixture.jobs().job(run, 1), "BATCH_STATE_FAILED", null, "INTERNAL: no");
    new Collector(fixture.context(), new RetryPlanner(fixture.context(), new RequestReader()))
        .collect(run);
    assertThat(fixture.run(run).attempt()).isEqualTo(2);
  }
}
