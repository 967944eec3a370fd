package dev.geminibatch.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.LogEar;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Which loggers are heard, and what SLF4J makes of a call. */
class LogLevelsTest {
  private static void levels(LogLevel level, Map<String, LogLevel> levels) {
    Logs.setLevels(new LogSettings(LogSettings.Format.TEXT, level, levels, Optional.empty()));
  }

  private static boolean hears(String logger, Level level) {
    return Logger.getLogger(logger).isLoggable(level);
  }

  @AfterEach
  void logAsBefore() throws IOException {
    levels(LogLevel.WARN, Map.of());
    LogManager.getLogManager().readConfiguration();
  }

  @Test
  void libraries_only_warn_however_much_the_program_says() {
    LoggerFactory.getLogger("level-test");
    levels(LogLevel.TRACE, Map.of());

    assertThat(hears("level-test", Level.FINEST)).isTrue();
    assertThat(hears("org.apache.camel.x", Level.INFO)).isFalse();
    assertThat(hears("org.apache.camel.x", Level.WARNING)).isTrue();

    levels(LogLevel.ERROR, Map.of());
    assertThat(hears("level-test", Level.WARNING)).isFalse();
    assertThat(hears("org.apache.camel.x", Level.WARNING)).isFalse();
  }

  @Test
  void a_name_holds_for_a_logger_of_ours_or_for_all_below_a_package() {
    LoggerFactory.getLogger("level-test");
    LoggerFactory.getLogger("level-other");
    levels(
        LogLevel.INFO,
        Map.of(
            "level-test", LogLevel.DEBUG,
            "org.apache.camel", LogLevel.TRACE,
            "org.apache.camel.quiet", LogLevel.ERROR,
            "root", LogLevel.INFO));

    assertThat(hears("level-test", Level.FINE)).isTrue();
    assertThat(hears("level-other", Level.FINE)).isFalse();
    assertThat(hears("org.apache.camel.main.Main", Level.FINEST)).isTrue();
    assertThat(hears("org.apache.camel.quiet.Part", Level.WARNING)).isFalse();
    assertThat(hears("okhttp3.OkHttpClient", Level.INFO)).isTrue();
    assertThat(hears("okhttp3.OkHttpClient", Level.FINE)).isFalse();
  }

  @Test
  void levels_change_while_it_runs_and_what_is_not_named_any_more_is_as_all_others() {
    LoggerFactory.getLogger("level-test");
    levels(LogLevel.INFO, Map.of("level-test", LogLevel.TRACE, "com.zaxxer", LogLevel.DEBUG));
    levels(LogLevel.WARN, Map.of());

    assertThat(hears("level-test", Level.INFO)).isFalse();
    assertThat(hears("com.zaxxer.hikari.Pool", Level.INFO)).isFalse();
  }

  @Test
  void a_logger_that_is_made_later_has_its_level_too() {
    levels(LogLevel.DEBUG, Map.of("level-named", LogLevel.ERROR));

    assertThat(LoggerFactory.getLogger("level-new" + System.nanoTime()).isDebugEnabled()).isTrue();
    assertThat(LoggerFactory.getLogger("level-named").isWarnEnabled()).isFalse();
  }

  @Test
  void a_call_is_passed_on_with_its_arguments_its_error_and_no_look_at_the_stack() {
    levels(LogLevel.TRACE, Map.of());
    try (LogEar ear = LogEar.at("level-ear")) {
      LoggerFactory.getLogger("level-ear").trace("{} of {}", 1, "two", new IOException("x"));
      LoggerFactory.getLogger("level-ear").error("a '{0}' and {}", "x");

      assertThat(ear.heard()).containsExactly("1 of two", "a '{0}' and x");
      assertThat(ear.records().get(0).getLevel()).isEqualTo(Level.FINEST);
      assertThat(ear.records().get(0).getThrown()).hasMessage("x");
      assertThat(ear.records().get(0).getSourceClassName()).isEqualTo("level-ear");
      assertThat(ear.records().get(1).getLevel()).isEqualTo(Level.SEVERE);
    }
  }

  @Test
  void a_thread_that_is_made_meanwhile_does_not_inherit_the_run() throws Exception {
    String[] seen = {"nothing seen"};
    MDC.put(LogContext.RUN, "r1");
    Thread pool = new Thread(() -> seen[0] = MDC.get(LogContext.RUN));
    pool.start();
    pool.join();

    assertThat(MDC.get(LogContext.RUN)).isEqualTo("r1");
    assertThat(seen[0]).isNull();
    MDC.clear();
    assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
  }
}
