package dev.geminibatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.logging.Logs;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.Redactor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.logging.LogManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whatever a name, a line or the service says, it cannot steer a terminal or forge a line. */
class NothingRawTest {
  /** A line that looks like one of the log, a cleared screen, and a name that reads backwards. */
  private static final String ATTACK =
      "x\r\n2026-01-01 00:00:00 ERROR inspect: forged\u2028\u0085y\u001b[2J\u001b]0;t\u0007"
          + "\u202Egpj.exe\u2066\u200B\uFEFF\uDB40\uDC41\u009B31m\uD800";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Terminal terminal(boolean interactive) {
    return new Terminal(
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8),
        interactive,
        () -> 80);
  }

  private void log() {
    new Logs(terminal(false), true, LogLevel.TRACE, null).start();
  }

  @AfterEach
  void logAsBefore() throws IOException {
    LogManager.getLogManager().readConfiguration();
  }

  private static void assertHarmless(String text) {
    assertThat(text.replace(System.lineSeparator(), "").replace("\n", ""))
        .matches("[\\x20-\\x7e]*");
  }

  @Test
  void a_record_of_the_log_is_one_line_whatever_it_says() {
    log();

    LoggerFactory.getLogger("inspect").warn("{}: received", ATTACK);

    assertThat(err.toString(UTF_8).lines()).hasSize(1);
    assertThat(err.toString(UTF_8)).contains("x\\r\\n2026-01-01").contains("\\u202Egpj.exe");
    assertHarmless(err.toString(UTF_8));
  }

  @Test
  void the_message_of_an_exception_is_on_the_line_of_its_record_and_its_trace_is_readable() {
    log();

    LoggerFactory.getLogger("failures").error("Unexpected", new IllegalStateException(ATTACK));

    List<String> lines = err.toString(UTF_8).lines().toList();
    assertThat(lines.get(0)).contains("IllegalStateException: x\\r\\n2026");
    assertThat(lines.subList(1, lines.size()))
        .isNotEmpty()
        .allMatch(line -> line.startsWith("    at dev.geminibatch."));
    assertHarmless(err.toString(UTF_8));
  }

  @Test
  void a_logger_whose_name_a_route_gave_it_is_no_exception() {
    log();

    LoggerFactory.getLogger(ATTACK.replace(".", "")).warn("said");

    assertThat(err.toString(UTF_8).lines()).hasSize(1);
    assertHarmless(err.toString(UTF_8));
  }

  @Test
  void a_message_of_ten_megabytes_is_a_short_line() {
    log();

    LoggerFactory.getLogger("poll").warn("The service says: {}", "x".repeat(10_000_000));

    assertThat(err.size()).isLessThan(5_000);
  }

  @Test
  void a_key_is_taken_out_before_a_message_is_shortened_in_the_midst_of_it() {
    log();
    Redactor.hide(ApiKey.of("a-key-of-this-test-0123456789", "a test"));

    for (int before = 3_960; before < 4_010; before++) {
      LoggerFactory.getLogger("poll").warn("x".repeat(before) + "a-key-of-this-test-0123456789");
    }

    assertThat(err.toString(UTF_8)).doesNotContain("a-key-of");
  }

  @Test
  void what_a_command_prints_is_one_line_and_what_it_says_beside_it_is_indented() {
    terminal(false).print("  results: " + ATTACK);
    terminal(false).tell("Refused: " + ATTACK);

    assertThat(out.toString(UTF_8).lines()).hasSize(1);
    assertThat(err.toString(UTF_8).lines().skip(1)).allMatch(line -> line.startsWith("    "));
    assertHarmless(out.toString(UTF_8));
    assertHarmless(err.toString(UTF_8));
  }

  @Test
  void a_document_in_json_keeps_its_meaning() throws IOException {
    ObjectNode document = JsonNodeFactory.instance.objectNode().put("file", ATTACK);

    terminal(false).printDocument(document.toPrettyString());

    assertHarmless(out.toString(UTF_8));
    assertThat(new ObjectMapper().readTree(out.toString(UTF_8))).isEqualTo(document);
  }

  @Test
  void a_table_is_as_wide_as_what_is_shown_of_a_name() {
    List<String> lines = new Table("FILE", "NOTE").row(ATTACK, "a").row("y", "b").lines();

    assertThat(lines.get(1)).endsWith("  a");
    assertThat(lines.get(2)).hasSameSizeAs(lines.get(1)).endsWith("b");
    lines.forEach(NothingRawTest::assertHarmless);
  }

  @Test
  void a_progress_line_is_no_wider_than_the_terminal_and_cuts_no_character_in_two() {
    for (int before = 0; before < 100; before++) {
      err.reset();
      terminal(true).status("x".repeat(before) + "\uD83D\uDE00".repeat(50) + ATTACK);

      String drawn = err.toString(UTF_8).replace("\u001b[?7l", "").replace("\u001b[?7h", "");
      assertThat(drawn.length()).isLessThan(80);
      assertThat(drawn).doesNotContain("?", "\u001b", "\n", "\r");
    }
  }
}
