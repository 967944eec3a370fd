package dev.geminibatch.stage.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunState;
import dev.geminibatch.stage.change.LineChange;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Inputs that do not keep to one request a line. */
class InputLinesTest {
  private static final String LIST =
      """
      [
        {
          "key": "a",
          "request": {"contents": "one"}
        },
        {
          "key": "b",
          "request": {"contents": 7}
        },
        {"contents": "three", "config": {"temperature": 0}}
      ]
      """;

  @TempDir private Path folder;
  private StageFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_list_is_read_request_by_request_and_errors_name_the_line_of_the_request()
      throws IOException {
    String run = fixture.dropped("x.jsonl", LIST);

    fixture.inspect(run);

    assertThat(fixture.run(run).counts().requests()).isEqualTo(3);
    assertThat(Files.readString(fixture.folderOf(run).badLines()))
        .contains("\"line\":6,", "request.contents is not a list of turns")
        .doesNotContain("\n");
  }

  @Test
  void requests_over_several_lines_are_read_one_by_one() throws IOException {
    String run =
        fixture.dropped(
            "x.jsonl",
            "{\n \"key\": \"a\",\n \"request\":\n{\"contents\":\"x\"}\n}\n{\n \"contents\":\"y\"\n}");

    fixture.inspect(run);

    assertThat(fixture.run(run).counts().requests()).isEqualTo(2);
    assertThat(fixture.run(run).counts().rejected()).isZero();
  }

  @Test
  void a_packed_list_is_read_like_a_list() throws IOException {
    String run = fixture.dropped("x.jsonl.gz", Samples.gzip(LIST));

    fixture.inspect(run);

    assertThat(fixture.run(run).counts().requests()).isEqualTo(3);
  }

  @Test
  void nothing_of_a_list_that_is_not_complete_is_sent() throws IOException {
    String run = fixture.dropped("x.jsonl", LIST.substring(0, LIST.length() - 4));

    assertThatThrownBy(() -> fixture.inspect(run))
        .isInstanceOf(RunFailure.class)
        .hasMessageContaining("The file ends on line 10")
        .hasMessageContaining("begins on line 10")
        .hasMessageContaining("none of it is sent");
    assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
    assertThat(fixture.folderOf(run).plain().getParent())
        .isDirectoryNotContaining("glob:**unfolded*");
  }

  @Test
  void a_file_of_another_encoding_is_one_problem_and_not_one_for_each_line() throws IOException {
    String line = "{\"key\":\"k\",\"request\":{\"contents\":\"תרגם את המילה\"}}\n";
    String run = fixture.dropped("x.jsonl", line.repeat(9).getBytes(Charset.forName("cp1255")));

    assertThatThrownBy(() -> fixture.inspect(run))
        .isInstanceOf(RunFailure.class)
        .hasMessageContaining("it looks like windows-1255")
        .hasMessageNotContaining("line 2");
  }

  @Test
  void a_request_over_several_lines_among_others_is_not_paid_for_in_pieces() throws IOException {
    String run =
        fixture.dropped(
            "x.jsonl",
            """
            {"key":"good","request":{"contents":"x"}}
            {
            "key": "p",
            "request":
            {"contents":["torn"]}
            }
            {"key":"also good","request":{"contents":"x"}}
            [
            {"key":"l1","request":{"contents":"x"}},
            {"key":"l2","request":{"contents":"x"}}
            ]
            """);

    fixture.inspect(run);

    assertThat(fixture.run(run).counts().requests()).isEqualTo(11);
    assertThat(fixture.run(run).counts().rejected()).isEqualTo(9);
    assertThat(Files.readString(fixture.folderOf(run).badLines()))
        .contains(
            "{\"line\":5,\"code\":\"not-json\",\"message\":\"the line looks like a part of JSON")
        .contains("{\"line\":9,\"code\":\"not-json\",\"message\":\"a comma follows the JSON object")
        .contains("{\"line\":10,\"code\":\"not-json\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"key":"n","request":{"contents":"x"}}~~~ | zero bytes
          ~~~~~~~~ | zero bytes
          {"key":"n","request":{"contents":"x"}}^{"key":"m","request":{"contents":"x"}} | byte order mark
          {"key":"n","request":{"contents":"x"}}{"key":"m","request":{"contents":"x"}} | another JSON object follows
          {"key":"n","request":{"contents":"x"}}] | a bracket that closes nothing
          """)
  void what_follows_a_request_on_its_line_is_named(String line, String what) throws IOException {
    String good = "{\"key\":\"good\",\"request\":{\"contents\":\"x\"}}\n";
    String run = fixture.dropped("x.jsonl", good + line.replace('~', '\0').replace('^', '\uFEFF'));

    fixture.inspect(run);

    assertThat(fixture.run(run).counts().rejected()).isEqualTo(1);
    assertThat(Files.readString(fixture.folderOf(run).badLines())).contains("\"line\":2,", what);
  }

  @Test
  void a_line_of_another_encoding_among_others_is_named_as_what_it_is() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    String line = "{\"key\":\"k\",\"request\":{\"contents\":\"תרגם את המילה\"}}\n";
    file.writeBytes(line.getBytes(UTF_8));
    file.writeBytes(line.getBytes(Charset.forName("windows-1255")));
    String run = fixture.dropped("x.jsonl", file.toByteArray());

    fixture.inspect(run);

    assertThat(Files.readString(fixture.folderOf(run).badLines()))
        .contains("\"line\":2,\"code\":\"not-utf8\"", "iconv -f windows-1255");
  }

  @Test
  void users_routes_see_one_request_a_line() throws IOException {
    String run = fixture.dropped("x.jsonl", LIST);
    LineChange change = new LineChange(fixture.context());
    List<String> seen = new ArrayList<>();

    try (LineChange.Changing changing = change.open(run)) {
      while (changing.hasNext()) {
        String line = changing.next();
        seen.add(line);
        change.write(changing, line.replace("one", "changed"));
      }
      change.finish(changing);
    }
    fixture.inspect(run);

    assertThat(seen)
        .containsExactly(
            "{ \"key\": \"a\", \"request\": {\"contents\": \"one\"} }",
            "{ \"key\": \"b\", \"request\": {\"contents\": 7} }",
            "{\"contents\": \"three\", \"config\": {\"temperature\": 0}}");
    assertThat(Files.readString(fixture.folderOf(run).badLines())).contains("\"line\":6,");
    assertThat(fixture.run(run).counts().requests()).isEqualTo(3);
  }

  @Test
  void lines_that_are_no_text_keep_their_numbers_and_take_no_memory() throws IOException {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    String first = "{\"key\":\"a\",\"request\":{\"contents\":\"x\"}}\n";
    input.writeBytes(first.getBytes(UTF_8));
    for (int i = 0; i < 100_000; i++) {
      input.writeBytes(new byte[] {(byte) 0xC3, '\r', '\n', '\n'});
    }
    input.writeBytes("last".getBytes(UTF_8));
    String run = fixture.dropped("x.jsonl", input.toByteArray());
    LineChange change = new LineChange(fixture.context());

    try (LineChange.Changing changing = change.open(run)) {
      assertThat(changing.next()).isEqualTo(first.strip());
      assertThat(changing.hasNext()).isTrue(); // a splitter looks ahead
      change.write(changing, "first");
      assertThat(changing.next()).isEqualTo("last");
      change.write(changing, "changed");
      change.finish(changing);
    }

    byte[] changed = Files.readAllBytes(fixture.folderOf(run).changed());
    assertThat(new String(changed, StandardCharsets.ISO_8859_1))
        .startsWith("first\n\u00C3\r\n\n\u00C3")
        .endsWith("\u00C3\n\nchanged\n")
        .hasLineCount(200_002);
  }

  @Test
  void an_input_that_keeps_to_lines_is_not_copied() throws IOException {
    String run = fixture.dropped("x.jsonl", "{\"key\":\"a\",\"request\":{\"contents\":\"x\"}}\n");

    fixture.inspect(run);

    assertThat(fixture.folderOf(run).unfolded()).doesNotExist();
  }
}
