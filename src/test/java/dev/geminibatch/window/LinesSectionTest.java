package dev.geminibatch.window;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinesSectionTest {
  private static final String HOSTILE = "<script>alert(1)</script>\\u202E\\u001B[2J";
  private static final byte[] PNG = {
    (byte) 0x89,
    'P',
    'N',
    'G',
    0x0D,
    0x0A,
    0x1A,
    0x0A,
    0,
    0,
    0,
    13,
    'I',
    'H',
    'D',
    'R',
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    1,
    8,
    6,
    0,
    0,
    0
  };

  @TempDir private Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service, "media.root=" + folder);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private AnsweredRun dropped(String... lines) throws IOException {
    return AnsweredRun.dropped(fixture, service, "x.jsonl", lines);
  }

  private static List<Integer> numbers(JsonNode page) {
    return IntStream.range(0, page.get("lines").size())
        .mapToObj(i -> page.get("lines").get(i).get("line").asInt())
        .toList();
  }

  private static List<String> verdicts(JsonNode page) {
    return IntStream.range(0, page.get("lines").size())
        .mapToObj(i -> page.get("lines").get(i).get("verdict").asText())
        .toList();
  }

  /** The first line is answered, the second one is not, the third one cannot be sent. */
  private AnsweredRun mixed() throws IOException {
    return dropped(
            nativeLine("a", "How are you?"),
            nativeLine("b", "And you?"),
            nativeLine("c", "[[FILE:nowhere.png]]"))
        .submit()
        .answer(1, answer("a", "Very well."), error("b", 3, "Not like this."));
  }

  @Test
  void lines_can_be_read_before_they_are_sent() throws IOException {
    AnsweredRun run = dropped(nativeLine("a", "How are you?"), "", nativeLine("b", "x"));

    assertThat(numbers(run.json("/lines"))).containsExactly(1, 3);
    assertThat(verdicts(run.json("/lines"))).containsOnly("open");
    assertThat(numbers(run.json("/lines?from=2"))).containsExactly(3);
    assertThat(run.page("/lines")).contains("How are you?");
    run.submit();
    assertThat(verdicts(run.json("/lines"))).containsExactly("open", "open");
  }

  @Test
  void each_line_has_its_answer_or_what_is_wrong() throws IOException {
    AnsweredRun run = mixed();

    JsonNode lines = run.json("/lines").get("lines");

    assertThat(verdicts(run.json("/lines"))).containsExactly("answered", "failed", "failed");
    assertThat(lines.get(0).get("key").asText()).isEqualTo("a");
    assertThat(lines.get(0).get("answer").asText()).isEqualTo("Very well.");
    assertThat(lines.get(0).get("request").asText()).isEqualTo(nativeLine("a", "How are you?"));
    assertThat(lines.get(1).get("message").asText()).contains("Not like this.");
    assertThat(lines.get(2).get("code").asText()).isEqualTo("file-missing");
    assertThat(lines.get(2).get("files").get(0).get("name").asText()).isEqualTo("nowhere.png");
    assertThat(run.page("/lines")).contains("Very well.", "Not like this.", "file-missing");
  }

  @Test
  void it_stays_that_way_when_the_results_are_delivered_and_taken_away() throws IOException {
    AnsweredRun run = mixed();
    JsonNode before = run.json("/lines");

    run.deliver();
    Files.delete(fixture.run(run.id()).output().orElseThrow());

    assertThat(run.json("/lines")).isEqualTo(before);
  }

  @Test
  void a_filter_shows_one_verdict() throws IOException {
    AnsweredRun run = mixed();

    assertThat(numbers(run.json("/lines?verdict=answered"))).containsExactly(1);
    assertThat(numbers(run.json("/lines?verdict=failed"))).containsExactly(2, 3);
    assertThat(numbers(run.json("/lines?verdict=failed&from=3"))).containsExactly(3);
    assertThat(numbers(run.json("/lines?verdict=open"))).isEmpty();
    assertThat(run.page("/lines?verdict=open")).contains("no such line");
  }

  @Test
  void a_page_begins_at_any_line_and_says_where_the_next_one_does() throws IOException {
    String[] lines = new String[120];
    String[] answers = new String[120];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = nativeLine("key-" + i, "x");
      answers[lines.length - 1 - i] = answer("key-" + i, "of " + i);
    }
    AnsweredRun run = dropped(lines).submit().answer(1, answers);

    JsonNode page = run.json("/lines?from=41");

    assertThat(numbers(page)).isEqualTo(IntStream.rangeClosed(41, 90).boxed().toList());
    assertThat(page.get("lines").get(0).get("answer").asText()).isEqualTo("of 40");
    assertThat(numbers(run.json("/lines?from=" + page.get("next").asInt()))).hasSize(30);
    assertThat(run.json("/lines?from=91").get("next").isNull()).isTrue();
    assertThat(numbers(run.json("/lines?from=120&most=1"))).containsExactly(120);
    assertThat(numbers(run.json("/lines?from=121"))).isEmpty();
    assertThat(run.page("/lines?from=41"))
        .contains("from=91\" rel=\"next\"", "from=1\" rel=\"prev\"");
  }

  @Test
  void a_line_that_was_sent_again_has_its_last_answer() throws IOException {
    AnsweredRun run =
        dropped(nativeLine("a", "x"), nativeLine("b", "x"))
            .submit()
            .answer(1, answer("a", "of a"), error("b", 14, "Later."));

    assertThat(verdicts(run.json("/lines"))).containsExactly("answered", "failed");
    fixture.assemble(run.id());
    assertThat(verdicts(run.json("/lines"))).containsExactly("answered", "open");
    fixture.submit(run.id());
    run.answer(2, answer("b", "of b"));

    JsonNode line = run.json("/lines?from=2").get("lines").get(0);
    assertThat(line.get("answer").asText()).isEqualTo("of b");
    assertThat(line.get("attempt").asInt()).isEqualTo(2);
    assertThat(numbers(run.json("/lines?verdict=failed"))).isEmpty();
    assertThat(run.page("/lines")).contains("attempt 2");
  }

  @Test
  void whatever_a_line_or_its_answer_holds_stays_text() throws IOException {
    AnsweredRun run =
        dropped(nativeLine(HOSTILE, HOSTILE), nativeLine("b", "[[FILE:<script>.png]]"))
            .submit()
            .answer(1, answer(HOSTILE, HOSTILE));

    String page = run.page("/lines");

    assertThat(verdicts(run.json("/lines"))).containsExactly("answered", "failed");
    assertThat(page).contains("&lt;script&gt;", "\\u202E", "\\u001B");
    assertThat(page).doesNotContain("<script>").doesNotContain("\u202E").doesNotContain("\u001B");
  }

  @Test
  void a_long_line_is_shown_by_its_beginning() throws IOException {
    AnsweredRun run =
        dropped(nativeLine("a", "x".repeat(2 << 20)), nativeLine("b", "y".repeat(20_000)))
            .submit()
            .answer(1, answer("a", "z".repeat(2 << 20)), answer("b", "of b"));

    JsonNode lines = run.json("/lines").get("lines");

    assertThat(lines.findValuesAsText("key")).containsExactly("a", "b");
    assertThat(lines.findValuesAsText("request"))
        .allSatisfy(request -> assertThat(request).endsWith("...").hasSizeLessThan(6_000));
    assertThat(lines.get(0).get("answer").asText()).startsWith("zzz").hasSizeLessThan(6_000);
    assertThat(run.page("/lines")).hasSizeLessThan(40_000);
  }

  @Test
  void a_page_of_long_lines_has_fewer_of_them() throws IOException {
    String[] lines = new String[40];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = nativeLine("key-" + i, "x".repeat(600_000));
    }
    AnsweredRun run = dropped(lines).submit();

    JsonNode first = run.json("/lines");
    JsonNode second = run.json("/lines?from=" + first.get("next").asInt());

    assertThat(numbers(first)).hasSizeBetween(20, 39);
    assertThat(numbers(first).size() + numbers(second).size()).isEqualTo(lines.length);
  }

  @Test
  void what_is_no_text_is_shown_as_the_service_sent_it() throws IOException {
    String call =
        "{\"key\":\"a\",\"response\":{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":"
            + "{\"name\":\"look\",\"args\":{}}}]},\"finishReason\":\"STOP\"}]}}";
    AnsweredRun run = dropped(nativeLine("a", "x")).submit().answer(1, call);

    assertThat(run.json("/lines").get("lines").get(0).get("answer").asText()).isEqualTo(call);
  }

  @Test
  void a_run_with_the_content_of_another_one_has_its_answers() throws IOException {
    String[] lines = {nativeLine("a", "x"), nativeLine("b", "x")};
    AnsweredRun first = dropped(lines).submit();
    AnsweredRun second = AnsweredRun.dropped(fixture, service, "y.jsonl", lines);
    fixture.inspect(second.id());
    first.answer(1, answer("a", "of a"), error("b", 3, "No.")).deliver();
    second.deliver();

    assertThat(verdicts(second.json("/lines"))).containsExactly("answered", "failed");
    assertThat(second.page("")).contains("/runs/" + first.id(), "whose answers it gets");
  }

  @Test
  void lines_that_are_being_written_are_to_be_asked_for_again() throws IOException {
    AnsweredRun run = mixed();
    Files.writeString(fixture.folderOf(run.id()).rejected(1), "{\"line\":3,\"offs");

    assertThat(run.get("/lines").status()).isEqualTo(503);
    assertThat(run.page("/lines")).contains("Try again");
    assertThat(run.get("").status()).isEqualTo(200);
  }

  @Test
  void an_input_that_has_changed_is_not_shown_as_what_was_sent() throws IOException {
    AnsweredRun run = mixed();
    Files.writeString(fixture.folderOf(run.id()).plain(), "something else\n".repeat(20));

    JsonNode page = run.json("/lines");

    assertThat(verdicts(page)).containsExactly("answered", "failed", "failed");
    assertThat(page.get("lines").get(0).get("request").asText()).isEmpty();
    assertThat(run.page("/lines")).contains("The input was changed").contains("Very well.");
  }

  @Test
  void a_run_whose_files_are_gone_says_so() throws IOException {
    AnsweredRun run = mixed().deliver();
    fixture.folderOf(run.id()).remove();

    assertThat(numbers(run.json("/lines"))).isEmpty();
    assertThat(run.page("/lines")).contains("not in the state folder any more");
  }

  @Test
  void a_picture_is_shown_as_long_as_it_is_the_one_that_was_sent() throws IOException {
    Path picture = Files.write(folder.resolve("cat.png"), PNG);
    AnsweredRun run = dropped(nativeLine("a", "[[FILE:cat.png]]"));
    fixture.inspect(run.id());
    String address = "/lines/1/pictures/1";

    assertThat(run.page("/lines")).contains("<img loading=\"lazy\" alt=\"\" src=\"/runs/");
    assertThat(run.get(address).headers()).containsEntry("Content-Type", "image/png");
    assertThat(run.get("/lines/1/pictures/2").status()).isEqualTo(404);
    assertThat(run.get("/lines/2/pictures/1").status()).isEqualTo(404);
    Files.delete(picture);
    Files.createSymbolicLink(picture, Files.write(folder.resolve("other.png"), PNG));
    assertThat(run.get(address).status()).isEqualTo(404);
    assertThat(run.page("/lines")).contains("cat.png").doesNotContain("<img");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from=0",
        "from=-1",
        "from=x",
        "from=9999999999",
        "most=0",
        "most=201",
        "verdict=none"
      })
  void a_question_that_makes_no_sense_is_refused(String query) throws IOException {
    assertThat(dropped("x").get("/lines?" + query).status()).isEqualTo(400);
  }

  @Test
  void what_is_not_there_is_not_found() throws IOException {
    AnsweredRun run = dropped("x");

    for (String path :
        List.of(
            "/runs/none/lines",
            "/api/v1/runs/none/lines",
            "/runs/none/lines/1/pictures/1",
            "/runs/" + run.id() + "/lines/1/pictures/0",
            "/runs/" + run.id() + "/lines/x/pictures/1",
            "/runs/" + run.id() + "/lines/1/pictures/..")) {
      assertThat(run.at(path).status()).as(path).isEqualTo(404);
    }
  }
}
