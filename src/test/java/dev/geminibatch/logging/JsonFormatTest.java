package dev.geminibatch.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.io.Visible;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.Redactor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** Records as objects of the Elastic Common Schema. */
class JsonFormatTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "json-key-\"of\\this/test+0123";

  private final JsonFormat format = new JsonFormat("1.2.3");

  private static LogRecord entry(Level level, String message) {
    LogRecord entry = new LogRecord(level, message);
    entry.setLoggerName("submit");
    return entry;
  }

  private JsonNode read(LogRecord entry, Map<String, String> context) throws IOException {
    String line = format.line(entry, context);
    assertThat(line).doesNotContain("\n", "\r");
    return JSON.readTree(line);
  }

  @Test
  void a_record_has_the_fields_of_the_schema_in_the_order_of_its_specification()
      throws IOException {
    LogRecord entry = entry(Level.WARNING, "job created");
    entry.setInstant(Instant.parse("2026-07-04T23:59:59.100Z"));
    String line = format.line(entry, Map.of("run.id", "r1", "file.name", "a.jsonl"));

    assertThat(line)
        .startsWith(
            "{\"@timestamp\":\"2026-07-04T23:59:59.100Z\",\"log.level\":\"WARN\","
                + "\"message\":\"job created\",\"ecs.version\":\"");
    JsonNode read = JSON.readTree(line);
    assertThat(read.get("log.logger").textValue()).isEqualTo("submit");
    assertThat(read.get("service.name").textValue()).isEqualTo("gemini-batch");
    assertThat(read.get("service.version").textValue()).isEqualTo("1.2.3");
    assertThat(read.get("process.thread.name").textValue())
        .isEqualTo(Thread.currentThread().getName());
    assertThat(read.get("file.name").textValue()).isEqualTo("a.jsonl");
    assertThat(read.get("labels").get("run_id").textValue()).isEqualTo("r1");
    assertThat(read.has("error.type")).isFalse();
  }

  @Test
  void what_a_thread_has_noted_is_a_label_without_a_dot() throws IOException {
    Map<String, String> context = new TreeMap<>(Map.of("camel.routeId", "my\"route", "x", "y"));

    JsonNode labels = read(entry(Level.INFO, "x"), context).get("labels");

    assertThat(labels.get("camel_routeId").textValue()).isEqualTo("my\"route");
    assertThat(labels.get("x").textValue()).isEqualTo("y");
  }

  @Test
  void every_character_comes_back_and_none_is_raw_that_steers_a_terminal() throws IOException {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c += c < 0x3000 ? 1 : 37) {
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        continue;
      }
      String text = "a" + Character.toString(c) + "b";
      String line = format.line(entry(Level.INFO, text), Map.of("file.name", text));

      assertThat(Visible.line(line)).as("U+%04X", c).isEqualTo(line);
      JsonNode read = JSON.readTree(line.getBytes(StandardCharsets.UTF_8));
      assertThat(read.get("message").textValue()).as("U+%04X", c).isEqualTo(text);
      assertThat(read.get("file.name").textValue()).as("U+%04X", c).isEqualTo(text);
    }
  }

  @Test
  void half_a_character_is_named_since_some_readers_refuse_the_whole_line_for_it()
      throws IOException {
    for (String half : List.of("\uD83D", "\uDE00", "\uDE00\uD83D", "\uD83D\uD83D")) {
      String line = format.line(entry(Level.INFO, "a" + half + "b"), Map.of());

      String named =
          half.chars()
              .mapToObj(unit -> String.format(Locale.ROOT, "\\u%04X", unit))
              .reduce("", String::concat);
      assertThat(JSON.readTree(line).get("message").textValue()).isEqualTo("a" + named + "b");
      assertThat(line).doesNotContain("\"a\\uD", "\"a\\uE");
    }
    String whole = "a\uD83D\uDE00b";
    assertThat(read(entry(Level.INFO, whole), Map.of()).get("message").textValue())
        .isEqualTo(whole);
  }

  @Test
  void an_error_has_its_type_its_message_and_the_whole_trace_with_its_causes() throws IOException {
    LogRecord entry = entry(Level.SEVERE, "failed");
    entry.setThrown(new IllegalStateException("outer\nline", new IOException("inner \u202E")));

    JsonNode read = read(entry, Map.of());

    assertThat(read.get("log.level").textValue()).isEqualTo("ERROR");
    assertThat(read.get("error.type").textValue()).isEqualTo("java.lang.IllegalStateException");
    assertThat(read.get("error.message").textValue()).isEqualTo("outer\nline");
    assertThat(read.get("error.stack_trace").textValue())
        .contains("at dev.geminibatch.logging.JsonFormatTest", "Caused by: java.io.IOException");
  }

  @Test
  void a_key_is_in_no_field_however_it_is_written() {
    Redactor.hide(ApiKey.of(KEY, "a test"));
    LogRecord entry = entry(Level.INFO, "with " + KEY);
    entry.setLoggerName("route-" + KEY);
    entry.setThrown(new IOException("GET /?key=" + KEY, new IOException(KEY)));

    String line = format.line(entry, Map.of("label-" + KEY, KEY, "file.name", KEY));

    assertThat(line).contains("[key]").doesNotContain("json-key", "0123");
  }

  @Test
  void a_message_of_ten_megabytes_and_its_trace_are_a_short_line() throws IOException {
    LogRecord entry = entry(Level.INFO, "x".repeat(10_000_000));
    entry.setThrown(new IOException("\u0000".repeat(10_000_000)));

    String line = format.line(entry, Map.of());

    assertThat(line.length()).isLessThan(200_000);
    assertThat(JSON.readTree(line).get("message").textValue()).hasSizeLessThan(5_000);
  }

  @Test
  void parameters_of_libraries_are_put_into_their_messages() throws IOException {
    LogRecord entry = entry(Level.CONFIG, "took {0} of {1}");
    entry.setParameters(new Object[] {"one", "two"});

    JsonNode read = read(entry, Map.of());

    assertThat(read.get("message").textValue()).isEqualTo("took one of two");
    assertThat(read.get("log.level").textValue()).isEqualTo("DEBUG");
  }
}
