package dev.geminibatch.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** Records as lines for a person. */
class TextFormatTest {
  private static final Map<String, String> RUN = Map.of("run.id", "r1", "file.name", "a b.jsonl");

  private static LogRecord entry(Level level, String message) {
    LogRecord entry = new LogRecord(level, message);
    entry.setLoggerName("submit");
    return entry;
  }

  private static String timed(Level level, String message, Map<String, String> context) {
    String line = new TextFormat(true).line(entry(level, message), context);
    assertThat(line).matches("(?s)\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d .*");
    return line.substring("2026-07-04 12:00:00 ".length());
  }

  @Test
  void a_line_of_a_run_has_its_id_and_its_file_once() {
    assertThat(timed(Level.INFO, "a b.jsonl: job created", RUN))
        .isEqualTo("submit r1 a b.jsonl: job created");
    assertThat(timed(Level.WARNING, "a b.jsonl line 3: no text", RUN))
        .isEqualTo("WARN submit r1 a b.jsonl: line 3: no text");
    assertThat(timed(Level.INFO, "  cost: about 1 USD", RUN))
        .isEqualTo("submit r1 a b.jsonl: cost: about 1 USD");
    assertThat(timed(Level.INFO, "a b.jsonl", RUN)).isEqualTo("submit r1 a b.jsonl: a b.jsonl");
    assertThat(timed(Level.INFO, "a b.jsonl.gz: x", RUN))
        .isEqualTo("submit r1 a b.jsonl: a b.jsonl.gz: x");
  }

  @Test
  void a_line_of_no_run_names_none() {
    assertThat(timed(Level.SEVERE, "x", Map.of())).isEqualTo("ERROR submit: x");
    assertThat(timed(Level.FINE, "x", Map.of())).isEqualTo("DEBUG submit: x");
    assertThat(timed(Level.FINEST, "x", Map.of())).isEqualTo("TRACE submit: x");
    assertThat(timed(Level.INFO, "x", Map.of("run.id", "r1"))).isEqualTo("submit r1: x");
  }

  @Test
  void a_command_says_only_what_has_happened() {
    String line = new TextFormat(false).line(entry(Level.INFO, "a b.jsonl: job created"), RUN);

    assertThat(line).isEqualTo("a b.jsonl: job created");
  }

  @Test
  void a_file_whose_name_has_a_line_break_stays_on_its_line() {
    String name = "x\n2026-01-01 00:00:00 ERROR";

    assertThat(timed(Level.INFO, name + ": received", Map.of("file.name", name)))
        .isEqualTo("submit x\\n2026-01-01 00:00:00 ERROR: received");
  }
}
