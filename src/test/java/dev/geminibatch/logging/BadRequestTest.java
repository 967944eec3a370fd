package dev.geminibatch.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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

/** What strangers ask of the management server does not fill the log. */
@Isolated
class BadRequestTest {
  private final Logger root = Logger.getLogger("");
  private final Handler[] before = root.getHandlers();
  private final List<String> lines = new ArrayList<>();
  private Handler sink;

  @BeforeEach
  void start() {
    new Logs(
            new Logs.Screen() {
              @Override
              public void text(String line) {
                lines.add(line);
              }

              @Override
              public void json(String line) {
                lines.add(line);
              }
            },
            false,
            LogLevel.INFO,
            null)
        .start();
    sink = root.getHandlers()[0];
  }

  @AfterEach
  void putBack() {
    root.removeHandler(sink);
    for (Handler handler : before) {
      root.addHandler(handler);
    }
  }

  private void log(Throwable thrown) {
    log("io.vertx.ext.web.RoutingContext", thrown);
  }

  private void log(String logger, Throwable thrown) {
    LogRecord entry = new LogRecord(Level.SEVERE, "Unhandled exception in router");
    entry.setLoggerName(logger);
    entry.setThrown(thrown);
    sink.publish(entry);
  }

  @Test
  void an_address_that_cannot_be_read_is_not_logged_and_a_mistake_of_ours_is() {
    log(new IllegalArgumentException("Invalid escape sequence: %zz"));
    assertThat(lines).isEmpty();

    log(new NullPointerException("ours"));
    assertThat(lines).singleElement().asString().contains("Unhandled exception");
  }

  @Test
  void a_client_that_leaves_during_a_file_is_not_logged() {
    log("io.vertx.core.net.impl.ConnectionBase", new IOException("Broken pipe"));
    assertThat(lines).isEmpty();

    log("io.vertx.core.net.impl.ConnectionBase", new NullPointerException("ours"));
    assertThat(lines).hasSize(1);
  }
}
