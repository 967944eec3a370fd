package dev.geminibatch.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.service.Redactor;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.MDC;

/** Who listens to the log hears what was wanted, and no secret. */
@Isolated
class LogEarTest {
  private static final String SECRET = "hidden-0123456789";

  private final Logger root = Logger.getLogger("");
  private final Handler[] before = root.getHandlers();
  private final List<LogEar.Heard> heard = new ArrayList<>();
  private Handler sink;

  @BeforeEach
  void start() {
    Logs.Screen nowhere =
        new Logs.Screen() {
          @Override
          public void text(String line) {
            // nobody looks
          }

          @Override
          public void json(String line) {
            // nobody looks
          }
        };
    Logs logs = new Logs(nowhere, true, LogLevel.INFO, null);
    logs.start();
    logs.listen(
        new LogEar() {
          @Override
          public boolean wants(LogLevel level, String logger) {
            return level.isAtLeast(LogLevel.WARN) || logger.equals("settings");
          }

          @Override
          public void hear(Heard entry) {
            heard.add(entry);
          }
        });
    sink = root.getHandlers()[0];
  }

  @AfterEach
  void putBack() {
    MDC.clear();
    root.removeHandler(sink);
    for (Handler handler : before) {
      root.addHandler(handler);
    }
  }

  private void log(Level level, String logger, String message, Throwable thrown) {
    LogRecord entry = new LogRecord(level, message);
    entry.setLoggerName(logger);
    entry.setThrown(thrown);
    sink.publish(entry);
  }

  @Test
  void it_hears_what_it_wants_with_the_run_and_without_secrets() {
    Redactor.hideToken(SECRET);
    MDC.put(LogContext.RUN, "r1");
    MDC.put(LogContext.FILE, "a.jsonl");
    log(Level.INFO, "deliver", "not wanted", null);
    log(Level.INFO, "settings", "wanted", null);
    log(Level.WARNING, "submit", "refused: " + SECRET, new IllegalStateException(SECRET));

    assertThat(heard).extracting(LogEar.Heard::level).containsExactly(LogLevel.INFO, LogLevel.WARN);
    LogEar.Heard last = heard.get(1);
    assertThat(last.text()).isEqualTo("refused: [key] (java.lang.IllegalStateException: [key])");
    assertThat(last.runId()).hasValue("r1");
    assertThat(last.file()).hasValue("a.jsonl");
  }
}
