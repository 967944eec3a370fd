package dev.geminibatch.camel;

import static dev.geminibatch.io.Sha256.hex;
import static dev.geminibatch.testkit.Outbox.fileHashes;
import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.png;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.WorkshopTest;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files and lines as other programs shape them, from the inbox to the outbox. */
class InputShapesTest extends WorkshopTest {
  @Test
  void lines_of_the_sdks_run_on_their_models_under_their_keys_with_their_files() throws Exception {
    open("gemini.model=gemini-default");
    workshop.media("a.png", png("a"));

    workshop.drop(
        "sdk.jsonl",
        "{\"key\":\"a\",\"model\":\"models/gemini-2.5-pro\",\"request\":{\"contents\":\"hi\"}}",
        "{\"request\":{\"contents\":\"hi\"},\"config\":{\"temperature\":0},"
            + "\"metadata\":{\"key\":\"req-9\"}}",
        "{\"model\":\"gemini-2.5-pro\",\"contents\":[{\"parts\":"
            + "{\"fileData\":{\"fileUri\":\"[[FILE:a.png]]\"}}}],\"key\":\"c\"}");
    workshop.awaitJobs(2);
    workshop.awaitRuns(1);

    List<JsonNode> results = workshop.outbox().results("sdk");
    assertThat(keys(results)).containsExactly("a", "req-9", "c");
    assertThat(results.stream().map(line -> line.at("/response/modelVersion").asText()))
        .containsExactly("gemini-2.5-pro", "gemini-default", "gemini-2.5-pro");
    assertThat(fileHashes(results.get(2))).containsExactly(hex(png("a")));
  }

  @Test
  void a_list_is_answered_request_by_request_and_its_errors_file_may_be_dropped() throws Exception {
    open();

    workshop.drop(
        "list.jsonl",
        "[",
        "  {",
        "    \"key\": \"a\",",
        "    \"request\": {\"contents\": \"one\"}",
        "  },",
        "  {",
        "    \"key\": \"b\",",
        "    \"request\": {\"contents\": [\"[[FILE:late.png]]\"]}",
        "  }",
        "]");
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("list"))).containsExactly("a");
    JsonNode error = workshop.outbox().errors("list").get(0);
    assertThat(error.path("line").asInt()).isEqualTo(6);
    assertThat(error.at("/request/key").asText()).isEqualTo("b");

    workshop.media("late.png", png("late"));
    Files.move(
        folder.resolve("outbox/list-batch-errors.jsonl"), folder.resolve("inbox/again.jsonl"));
    workshop.awaitJobs(2);
    workshop.awaitRuns(2);

    assertThat(fileHashes(workshop.outbox().results("again").get(0)))
        .containsExactly(hex(png("late")));
  }

  @Test
  void nothing_of_a_list_that_is_not_complete_is_paid_for() throws Exception {
    open();

    workshop.drop(
        "cut.jsonl", "[", "{\"key\":\"a\",\"request\":{\"contents\":\"x\"}},", "{\"key\"");
    workshop.awaitRuns(1);

    assertThat(workshop.runs().get(0).state()).isEqualTo(RunState.FAILED);
    assertThat(workshop.sandbox().counters().jobsCreated()).isZero();
    assertThat(folder.resolve("failed/cut.jsonl.why.txt")).content().contains("ends on line 3");
  }
}
