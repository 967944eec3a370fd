package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.testkit.WorkshopTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several inboxes, and single files, with settings of their own. */
class ProfilesTest extends WorkshopTest {
  private static final String[] TWO = {
    "profile.a.gemini.api-key=key-of-a",
    "profile.a.gemini.model=model-a",
    "profile.a.media.root=media/a",
    "profile.b.gemini.api-key=key-of-b",
    "profile.b.gemini.model=model-b",
    "profile.b.media.root=media/b"
  };

  @Test
  void profiles_run_side_by_side_and_share_no_uploads() throws Exception {
    open(TWO);
    workshop.media("a/page.png", png("the same"));
    workshop.media("b/page.png", png("the same"));
    workshop.media("a/only-a.png", png("only a"));

    workshop.drop("a/x.jsonl", tagged("1", "page.png"), nativeLine("2", "x"));
    workshop.drop("b/x.jsonl", tagged("1", "page.png"), tagged("2", "only-a.png"));
    workshop.drop("x.jsonl", nativeLine("1", "x"));
    workshop.awaitJobs(3);
    workshop.awaitRuns(3);

    assertThat(keys(workshop.outbox("a").results("x"))).containsExactly("1", "2");
    assertThat(model(workshop.outbox("a").results("x").get(0))).isEqualTo("model-a");
    assertThat(keys(workshop.outbox("b").results("x"))).containsExactly("1");
    assertThat(model(workshop.outbox("b").results("x").get(0))).isEqualTo("model-b");
    assertThat(workshop.outbox("b").errors("x").get(0).path("code").asText())
        .isEqualTo("file-missing");
    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    assertThat(workshop.sandbox().counters().filesStored())
        .as("the picture once for each key, and three job files")
        .isEqualTo(5);
    assertThat(folder.resolve("archive/a/x.jsonl")).exists();
  }

  @Test
  void a_run_goes_on_after_a_restart_with_the_key_of_its_profile() throws Exception {
    open(TWO);
    workshop.drop("a/x.jsonl", nativeLine("1", "x"));
    workshop.drop("b/x.jsonl", nativeLine("1", "x"));
    workshop.awaitJobs(2);

    workshop.stop();
    workshop.start();
    workshop.awaitRuns(2);

    assertThat(workshop.outbox("a").results("x")).hasSize(1);
    assertThat(workshop.outbox("b").results("x")).hasSize(1);
  }

  @Test
  void a_run_whose_profile_is_gone_says_so_and_waits_for_it() throws Exception {
    open(TWO);
    workshop.drop("a/x.jsonl", nativeLine("1", "x"));
    workshop.awaitJobs(1);
    workshop.stop();
    for (String setting : TWO) {
      workshop.unset(setting.split("=")[0]);
    }
    workshop.start();
    await().until(() -> workshop.runs().get(0).reason().isPresent());
    assertThat(workshop.runs().get(0).reason().get()).startsWith("Its profile a is not in");

    workshop.stop();
    for (String setting : TWO) {
      workshop.set(setting.split("=")[0], setting.split("=")[1]);
    }
    workshop.start();
    workshop.awaitRuns(1);

    assertThat(workshop.outbox("a").results("x")).hasSize(1);
  }

  @Test
  void requests_get_what_their_profile_says_and_they_do_not() throws Exception {
    open(
        "profile.a.request.generation-config="
            + "{\"responseMimeType\":\"application/json\",\"responseSchema\":"
            + "{\"type\":\"OBJECT\",\"properties\":{\"n\":{\"type\":\"INTEGER\"}},\"required\":[\"n\"]}}");
    workshop.drop("a/x.jsonl", nativeLine("1", "x"));
    workshop.drop("x.jsonl", nativeLine("1", "x"));
    workshop.awaitJobs(2);
    workshop.awaitRuns(2);

    assertThat(text(workshop.outbox("a").results("x").get(0))).contains("\"n\":");
    assertThat(text(workshop.outbox().results("x").get(0))).doesNotContain("\"n\":");
  }

  @Test
  void a_file_has_settings_of_its_own() throws Exception {
    open("profile.a.media.root=media");
    workshop.media("sub/page.png", png("page"));
    workshop.drop("a/x.jsonl.properties", "gemini.model = model-x", "media.root = sub");
    workshop.drop("a/x.jsonl", tagged("1", "page.png"));
    workshop.drop("a/y.jsonl", nativeLine("1", "y"));
    workshop.awaitJobs(2);
    workshop.awaitRuns(2);

    assertThat(model(workshop.outbox("a").results("x").get(0))).isEqualTo("model-x");
    assertThat(model(workshop.outbox("a").results("y").get(0))).isEqualTo("gemini-3-flash-preview");
    assertThat(folder.resolve("archive/a/x.jsonl.properties")).exists();
    assertThat(folder.resolve("inbox/a")).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gemini.modle = x          | no setting gemini.modle (did you mean gemini.model?)
          gemini.api-key = x        | no setting gemini.api-key
          media.root = ../..        | write a folder below
          budget.output-tokens = 0  | more than the 5 that its profile allows
          budget.max-cost-per-file = 1.2.3 | write an amount
          request.system-instruction = file:/etc/hostname | cannot name another file
          budget.max-cost-per-file = off | more than the 5 that its profile allows
          lines.on-error = maybe    | write skip or fail
          """)
  void wrong_settings_of_a_file_send_it_to_the_failed_folder(String line, String why)
      throws Exception {
    open("profile.a.budget.max-cost-per-file=5");
    workshop.drop("a/x.jsonl.properties", line);
    workshop.drop("a/x.jsonl", nativeLine("1", "x"));
    workshop.awaitRuns(1);

    Path failed = folder.resolve("failed/a");
    assertThat(Files.readString(failed.resolve("x.jsonl.why.txt")))
        .contains("x.jsonl.properties, line 1: ", why);
    assertThat(failed.resolve("x.jsonl")).exists();
    assertThat(failed.resolve("x.jsonl.properties")).hasContent(line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          profile.a.gemini.modle=x      | did you mean gemini.model?
          profle.a.gemini.model=x       | did you mean profile.a.gemini.model?
          pol.interval=1s               | did you mean poll.interval?
          pictures.prompt-file=x        | write profile.NAME.pictures.prompt-file
          profile.a.lines.on-error=x    | profile.a.lines.on-error is
          profile.a.state.directory=x   | A profile has no setting state.directory
          profile.a.inbox.directory=inbox | have the same inbox
          profile.a.gemini.api-key=some-key;profile.a.gemini.base-url=http://localhost:1 | have the same key
          profile.a.pictures.prompt-file=local.properties;profile.a.inbox.directory=in;profile.b.inbox.directory=in/b | is inside the inbox for pictures
          profile.A_B.gemini.model=x    | with a name of a-z, 0-9 and -
          profile.a.request.generation-config=x | write for example {"temperature":0.2}
          profile.a.pictures.prompt-file=none.txt | which cannot be read
          profile.a.pictures.schema-file=local.properties | set pictures.prompt-file, too
          profile.a.pictures.prompt-file=local.properties;profile.a.pictures.schema-file=local.properties | is not JSON
          """)
  void wrong_settings_of_a_profile_are_told_at_the_start(String setting, String told)
      throws IOException {
    Files.writeString(folder.resolve("local.properties"), "no JSON");
    assertThatThrownBy(() -> open(setting.split(";")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(told);
  }

  /** A line without a model. */
  private static String tagged(String key, String file) throws IOException {
    return nativeLine(key, "[[FILE:" + file + "]]");
  }

  private static String model(JsonNode result) {
    return result.at("/response/modelVersion").asText();
  }

  private static String text(JsonNode result) {
    return result.at("/response/candidates/0/content/parts/0/text").asText();
  }
}
