package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.Quantity;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.ApiKey;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @TempDir Path home;

  @Test
  void the_command_line_wins_over_the_environment_and_that_over_the_files() throws IOException {
    Path application = Files.writeString(home.resolve("a"), "inbox.directory = a\nx = a");
    Path local = Files.writeString(home.resolve("l"), "inbox.directory = l");
    List<Path> files = List.of(application, local);

    assertThat(PropertySources.read(Map.of(), Map.of(), files).get("inbox.directory"))
        .hasValue("l");
    assertThat(PropertySources.read(Map.of(), Map.of(), files).get("x")).hasValue("a");
    Map<String, String> environment = Map.of("INBOX_DIRECTORY", "e");
    assertThat(PropertySources.read(Map.of(), environment, files).get("inbox.directory"))
        .hasValue("e");
    assertThat(
            PropertySources.read(Map.of("inbox.directory", "c"), environment, files)
                .get("inbox.directory"))
        .hasValue("c");
  }

  @Test
  void the_shipped_configuration_says_what_holds_without_it() {
    Path shipped = Path.of("config/application.properties");

    assertThat(inWords(PropertySources.read(Map.of(), Map.of(), List.of(shipped))))
        .isEqualTo(inWords(PropertySources.read(Map.of(), Map.of(), List.of())));
  }

  private String inWords(PropertySources properties) {
    return settings(properties).toString().replaceAll("Profiles@\\w+", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../batches/ID:cancel?x=",
        "gemini-x:generateContent?x=",
        "models/../batches/x",
        "tunedModels/../x",
        "tunedModels/x/y",
        "publishers/google/models/x",
        "x%2f..",
        "x\\y",
        "x#y",
        "x@y",
        "-x",
        ".x",
        "a b",
        "x\u2215y",
        "x\u202ey"
      })
  void a_model_that_leads_elsewhere_is_refused_wherever_it_is_set(String model) {
    Map<String, String> set = Map.of("gemini.model", model);

    assertThatThrownBy(() -> settings(PropertySources.read(set, Map.of(), List.of())))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("gemini.model is", "which is not a model's name", "write");
    Settings settings = settings(PropertySources.read(Map.of(), Map.of(), List.of()));
    assertThatThrownBy(
            () -> settings.profiles().of(Profiles.DEFAULT, beside("gemini.model = " + model)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("not a model's name");
  }

  @Test
  void a_model_of_a_profile_that_leads_elsewhere_is_refused_with_its_name() throws IOException {
    Path file =
        Files.writeString(home.resolve("m"), "profile.p.gemini.model = ../batches/ID:cancel?x=");

    assertThatThrownBy(() -> settings(PropertySources.read(Map.of(), Map.of(), List.of(file))))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("m, line 1: profile.p.gemini.model is", "not a model's name");
  }

  @ParameterizedTest
  @CsvSource({"gemini-x, gemini-x", "models/gemini-x, gemini-x", "tunedModels/y, tunedModels/y"})
  void a_model_is_set_with_and_without_its_prefix(String set, String model) {
    assertThat(
            settings(PropertySources.read(Map.of("gemini.model", set), Map.of(), List.of()))
                .jobs()
                .model())
        .isEqualTo(model);
  }

  @ParameterizedTest
  @CsvSource({"GEMINI_API_KEY,first", "API_KEY,second", "GOOGLE_API_KEY,third"})
  void the_key_comes_from_the_environment(String name, String key) {
    assertThat(
            settings(PropertySources.read(Map.of(), Map.of(name, key), List.of())).service().key())
        .hasValue(ApiKey.of(key, name));
  }

  @Test
  void the_key_is_looked_for_in_the_documented_order() {
    Map<String, String> all =
        Map.of("GEMINI_API_KEY", "first", "API_KEY", "second", "GOOGLE_API_KEY", "third");

    assertThat(settings(PropertySources.read(Map.of(), all, List.of())).service().key())
        .hasValue(ApiKey.of("first", "the test"));
    assertThat(
            settings(PropertySources.read(Map.of("gemini.api-key", "option"), all, List.of()))
                .service()
                .key())
        .hasValue(ApiKey.of("option", "the test"));
  }

  @Test
  void a_key_file_may_end_with_a_line_break() throws IOException {
    Files.writeString(home.resolve("key"), "secret-key\n");

    assertThat(with("gemini.api-key-file", "key").service().requireKey().reveal())
        .isEqualTo("secret-key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
  void a_byte_order_mark_hides_neither_the_first_setting_nor_a_key(String encoding)
      throws IOException {
    Charset charset = Charset.forName(encoding);
    Path file =
        Files.writeString(home.resolve("l"), "\uFEFFgemini.api-key-file = key\r\n", charset);
    Files.writeString(home.resolve("key"), "\uFEFF'secret-key'\r\n", charset);

    assertThat(
            settings(PropertySources.read(Map.of(), Map.of(), List.of(file)))
                .service()
                .requireKey()
                .reveal())
        .isEqualTo("secret-key");
  }

  @Test
  void a_file_in_another_encoding_is_named_with_its_line() throws IOException {
    Path latin = home.resolve("l");
    Files.writeString(latin, "a = b\nc = \u00e9\n", StandardCharsets.ISO_8859_1);
    Path wide = Files.writeString(home.resolve("w"), "a = b", StandardCharsets.UTF_16LE);

    assertThatThrownBy(() -> settings(PropertySources.read(Map.of(), Map.of(), List.of(latin))))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith("l is not UTF-8 text (line 2); save it as UTF-8.");
    assertThatThrownBy(() -> settings(PropertySources.read(Map.of(), Map.of(), List.of(wide))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("UTF-16 without a byte order mark");
  }

  @Test
  void a_key_in_place_of_the_name_of_its_file_is_not_shown() {
    assertThatThrownBy(() -> with("gemini.api-key-file", "AQ.0123456789-secret-key"))
        .hasMessageStartingWith("the command line: gemini.api-key-file does not name a file")
        .message()
        .doesNotContain("secret");
  }

  @Test
  void the_files_that_hold_secrets_are_known_and_routes_do_not_get_them() throws IOException {
    Path key = Files.writeString(home.resolve("key"), "secret-key");
    Path plain = Files.writeString(home.resolve("a"), "gemini.model = m\ngemini.api-key =");
    Path local = Files.writeString(home.resolve("l"), "gemini.proxy = http://u:p@h:1\nx = y");
    Path other =
        Files.writeString(
            home.resolve("o"), "profile.b.gemini.api-key = k\ngemini.api-key-file = key");
    PropertySources sources =
        PropertySources.read(Map.of(), Map.of(), List.of(plain, local, other));
    settings(sources);

    assertThat(sources.secretFiles()).containsExactlyInAnyOrder(local, other, key);
    assertThat(sources.ofFiles())
        .containsEntry("x", "y")
        .doesNotContainKeys("gemini.proxy", "profile.b.gemini.api-key");
  }

  @Test
  void a_key_that_cannot_be_one_is_refused_without_being_shown() {
    assertThatThrownBy(() -> with("gemini.api-key", "secret\nkey"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("line break")
        .message()
        .doesNotContain("secret");
  }

  @Test
  void a_missing_key_is_asked_for_only_when_it_is_needed() {
    Settings settings = settings(PropertySources.read(Map.of(), Map.of(), List.of()));

    assertThatThrownBy(() -> settings.service().requireKey())
        .hasMessageContaining("GEMINI_API_KEY");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "poll.interval|abc|poll.interval is \"abc\"; write a time with its unit",
        "poll.interval|10|poll.interval is \"10\"; write a time with its unit",
        "poll.interval|0s|poll.interval is 0; write at least 1ms.",
        "job.max-bytes|3GB|job.max-bytes is \"3GB\"; write at least 1 and at most 2000000000 bytes.",
        "upload.concurrency|0|upload.concurrency is \"0\"; write a whole number from 1 to 256.",
        "lines.on-error|stop|lines.on-error is \"stop\"; write skip or fail.",
        "media.mismatch|ignore|media.mismatch is \"ignore\"; write error or send.",
        "gemini.base-url|example.com|gemini.base-url is \"example.com\"; write scheme and host",
        "gemini.base-url|https://h/?key=x|gemini.base-url is \"https://h/?key=x\"; write scheme",
        "gemini.base-url|http://h:85610|gemini.base-url is \"http://h:85610\"; write scheme",
      })
  void a_value_that_cannot_be_used_is_named_with_what_to_write(
      String key, String value, String message) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(": " + message);
  }

  @ParameterizedTest
  @CsvSource({"250ms,250", "1.5s,1500", "10s,10000", "5m,300000", "24h,86400000", "2d,172800000"})
  void times_have_units(String text, long millis) {
    assertThat(Quantity.duration("key", text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2KB,2000", "64MiB,67108864", "1.9GB,1900000000"})
  void sizes_have_units(String text, long bytes) {
    assertThat(Quantity.bytes("key", text)).isEqualTo(bytes);
  }

  private static PropertiesText beside(String text) {
    return PropertiesText.of("x.jsonl.properties", text.replace("\\", "\\\\"), mistake -> {});
  }

  private Settings with(String key, String value) {
    return settings(PropertySources.read(Map.of(key, value), Map.of(), List.of()));
  }

  private Settings settings(PropertySources properties) {
    return Settings.of(properties, home, home.resolve("media"));
  }
}
