package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.logging.LogSettings;
import dev.geminibatch.logging.LogSettings.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the log is set. */
class LogReaderTest {
  @TempDir Path home;

  private Settings settings(String file, Map<String, String> environment) throws IOException {
    Path config = home.resolve("local.properties");
    Files.writeString(config, file);
    return Settings.of(
        PropertySources.read(Map.of(), environment, List.of(config)), home, home.resolve("media"));
  }

  private LogSettings log(String file, Map<String, String> environment) throws IOException {
    return settings(file, environment).operation().log();
  }

  @Test
  void without_a_word_it_is_text_at_info_and_no_file() throws IOException {
    assertThat(log("", Map.of())).isEqualTo(LogSettings.standard());
  }

  @ParameterizedTest
  @ValueSource(strings = {"debug", "DEBUG", "Debug", " debug "})
  void a_level_may_be_written_in_any_case(String word) throws IOException {
    assertThat(log("log.level =" + word, Map.of()).level()).isEqualTo(LogLevel.DEBUG);
    assertThat(log("log.level.submit =" + word, Map.of("LOG_LEVEL", "trace")))
        .isEqualTo(
            new LogSettings(
                Format.TEXT,
                LogLevel.TRACE,
                Map.of("submit", LogLevel.DEBUG),
                java.util.Optional.empty()));
  }

  @Test
  void a_logger_may_be_named_in_the_environment_where_its_dots_are_underscores()
      throws IOException {
    Map<String, String> environment =
        Map.of(
            "LOG_LEVEL_ORG_APACHE_CAMEL", "debug",
            "LOG_LEVEL_SUBMIT", "trace",
            "LOG_LEVEL_ROOT", "info",
            "LOG_LEVEL_MY_OWN_ROUTE", "error",
            "LOG_LEVEL_POLL", " ");

    assertThat(log("log.level.my-own-route = debug", environment).levels())
        .isEqualTo(
            Map.of(
                "org.apache.camel", LogLevel.DEBUG,
                "submit", LogLevel.TRACE,
                "root", LogLevel.INFO,
                "my-own-route", LogLevel.ERROR));
  }

  @Test
  void a_file_is_relative_to_home_and_has_a_size_and_a_count() throws IOException {
    assertThat(log("log.file = log/x.log\nlog.file-size = 64KiB\nlog.file-count = 3", Map.of()))
        .extracting(log -> log.file().orElseThrow())
        .isEqualTo(new LogSettings.Place(home.resolve("log/x.log"), 65_536, 3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "log.level = verbose | log.level is \"verbose\"; write ERROR or WARN or INFO or DEBUG or TRACE.",
        "log.level.poll = on | log.level.poll is \"on\"; write ERROR or WARN or INFO or DEBUG or TRACE.",
        "log.level. = INFO | log.level. names no logger; write log.level.NAME, such as log.level.submit.",
        "log.format = xml | log.format is \"xml\"; write text or json.",
        "log.file-count = 0 | log.file-count is \"0\"; write a whole number from 1 to 100.",
        "log.file-size = 0 | log.file-size is \"0\"; write at least 1 and at most 1099511627776 bytes.",
        "log.files = x | There is no setting log.files; did you mean log.file?",
        "log.colour = x | There is no setting log.colour; those that begin with log. are",
      })
  void a_wrong_value_is_refused_with_what_to_write(String line, String message) {
    assertThatThrownBy(() -> settings(line, Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  @Test
  void a_wrong_level_in_the_environment_is_refused_too() {
    assertThatThrownBy(() -> settings("", Map.of("LOG_LEVEL_COM_ZAXXER", "loud")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("log.level.com.zaxxer is \"loud\"; write ERROR");
  }

  @Test
  void how_to_log_is_known_although_other_keys_are_wrong() throws IOException {
    Path config = home.resolve("local.properties");
    Files.writeString(config, "log.format = json\nrun.concurrency = many");
    PropertySources sources = PropertySources.read(Map.of(), Map.of(), List.of(config));

    assertThat(Settings.log(sources, Places.both(home)).format()).isEqualTo(Format.JSON);
  }
}
