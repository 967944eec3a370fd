package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A list of requests, or requests over several lines, become one request a line. */
class JsonSequenceTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [{"a":1},{"b":2}] | {"a":1}~{"b":2}~
          [~  {"a":1},~  {"b":2}~] | ~{"a":1}~{"b":2}~
          {~ "a": 1~}~{~ "b": 2~} | { "a": 1 }~~~{ "b": 2 }~
          {~"a":[1,~2]}{"b":2} | { "a":[1, 2]}~~{"b":2}~
          [{"a":1},~{"b":2},~] | {"a":1}~{"b":2}~
          [{"a":"]},[\\\\\\"{"}] | {"a":"]},[\\\\\\"{"}~
          [{"a":1}]~[{"b":2}]~{"c":3} | {"a":1}~{"b":2}~{"c":3}~
          [1,"x",null,[{"a":1}]] | 1~"x"~null~[{"a":1}]~
          {"requests":~[{"a":1},~{"b":2}]~} | ~{"a":1}~{"b":2}~
          [] |
          [ ~ ] |
          """)
  void every_value_has_a_line_of_its_own(String file, String lines) throws Exception {
    String expected = lines == null ? "" : lines;

    assertThat(unfolded(file.replace('~', '\n'))).isEqualTo(expected.replace('~', '\n'));
  }

  @Test
  void a_line_has_the_number_of_the_line_on_which_its_request_begins() throws Exception {
    String file = "[\r\n  {\r\n    \"a\": 1\r\n  },\r\n  {\r\n    \"b\": 2\r\n  }\r\n]\r\n";

    assertThat(unfolded(file)).isEqualTo("\n{ \"a\": 1 }\n\n\n{ \"b\": 2 }\n");
  }

  @Test
  void line_ends_of_an_old_mac_are_line_ends() throws Exception {
    assertThat(unfolded("{\"a\":1}\r\r{\"b\":2}\r")).isEqualTo("{\"a\":1}\n\n{\"b\":2}\n");
  }

  @Test
  void byte_order_marks_between_joined_lists_are_left_out() throws Exception {
    assertThat(unfolded("\uFEFF[{\"a\":1}]\n\uFEFF[{\"b\":\"\uFEFF\"}]"))
        .isEqualTo("{\"a\":1}\n{\"b\":\"\uFEFF\"}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [{"a":1},~{"b":[1 | ends on line 2 in the middle of the request that begins on line 2
          [{"a":1},~{"b":2} | ends on line 2 before the list that begins on line 1 is closed
          [{"a":1},~{"b":2}, | ends on line 2 before the list
          {~"a":1~}~{~"b":{ | ends on line 5 in the middle of the request that begins on line 4
          [{"a":"x | in the middle of the request that begins on line 1
          [{"a":1}~{"b":2}] | A comma is missing on line 2
          [,{"a":1}] | A comma on line 1 has no request before it
          {"requests":[{"a":1}],~"model":"m"} | Something stands beside the list of requests on line 1
          {"requests":[{"a":1}] | before the object around the list is closed
          {"requests":[{"a":1}]}} | The bracket } on line 1 closes nothing
          [{"a":1},,{"b":2}] | A comma on line 1 has no request before it
          {~"a":1},~{"b":2} | A comma on line 2 stands between requests that are not in a list
          [{"a":[1}]~ | The bracket } on line 1 closes nothing
          {~"a":1}~} | The bracket } on line 3 closes nothing
          {~"a":1}~] | The bracket ] on line 3 closes nothing
          [{"a":"x~"}] | A text in quotes is not closed on line 1
          """)
  void what_cannot_be_told_apart_is_not_read_at_all(String file, String message) {
    assertThatThrownBy(() -> unfolded(file.replace('~', '\n')))
        .isInstanceOf(BadFile.class)
        .hasMessageContaining(message);
  }

  @Test
  void any_list_in_any_layout_is_read_as_json_reads_it() throws Exception {
    Random random = new Random(8);
    for (int round = 0; round < 300; round++) {
      ArrayNode list = MAPPER.createArrayNode();
      for (int i = random.nextInt(6); i > 0; i--) {
        list.add(object(random, 4));
      }
      String file = random.nextBoolean() ? list.toPrettyString() : MAPPER.writeValueAsString(list);

      List<JsonNode> read = new ArrayList<>();
      for (String line : unfolded(file).lines().filter(each -> !each.isEmpty()).toList()) {
        read.add(MAPPER.readTree(line));
      }
      assertThat(read).isEqualTo(List.copyOf(elements(list)));
    }
  }

  private static List<JsonNode> elements(ArrayNode list) {
    List<JsonNode> elements = new ArrayList<>();
    list.forEach(elements::add);
    return elements;
  }

  private static JsonNode object(Random random, int depth) {
    var object = MAPPER.createObjectNode();
    for (int i = random.nextInt(4); i > 0; i--) {
      String name = "n{[\"\\\u05d0" + random.nextInt(9);
      if (depth == 0 || random.nextBoolean()) {
        object.put(name, "]},\\\"\n\r" + random.nextInt());
      } else {
        object.putArray(name).add(object(random, depth - 1)).add(random.nextInt());
      }
    }
    return object;
  }

  private static String unfolded(String file) throws IOException, BadFile {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int wrapper = file.startsWith("{\"requests\"") ? file.indexOf('[') : 0;
    JsonSequence.write(new ByteArrayInputStream(file.getBytes(UTF_8)), out, wrapper, at -> {});
    return out.toString(UTF_8);
  }
}
