package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.settings.EffectiveSettings.Group;
import dev.geminibatch.settings.EffectiveSettings.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveSettingsTest {
  private static final String SECRET = "hidden-0123456789";

  @TempDir Path home;

  private EffectiveSettings effective(
      Map<String, String> commandLine, Map<String, String> environment, String local)
      throws IOException {
    PropertySources sources =
        PropertySources.read(
            commandLine,
            environment,
            List.of(
                Path.of("config/application.properties"),
                Files.writeString(home.resolve("local.properties"), local)));
    Settings settings = Settings.of(sources, home, home);
    sources.ofFiles();
    return EffectiveSettings.of(settings.profiles());
  }

  private static Setting setting(EffectiveSettings settings, String key) {
    return settings.groups().stream()
        .flatMap(group -> group.settings().stream())
        .filter(setting -> setting.key().equals(key))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void every_setting_says_where_it_was_set() throws IOException {
    EffectiveSettings settings =
        effective(
            Map.of("gemini.model", "gemini-a"),
            Map.of("POLL_INTERVAL", "7s", "GOOGLE_GEMINI_BASE_URL", "http://localhost:1"),
            "\njob.max-open = 12\nmy.route = file:x\n");

    Setting open = setting(settings, "job.max-open");
    assertThat(open.value()).hasValue("12");
    assertThat(open.source()).endsWith("local.properties, line 2");
    assertThat(open.isOwn()).isTrue();
    assertThat(setting(settings, "gemini.model").source()).isEqualTo("--model");
    assertThat(setting(settings, "poll.interval").source()).isEqualTo("variable POLL_INTERVAL");
    assertThat(setting(settings, "gemini.base-url").value()).hasValue("http://localhost:1");
    assertThat(setting(settings, "log.file").source()).isEqualTo("default");
    assertThat(setting(settings, "run.priority").source())
        .contains("config/application.properties, line ");
    assertThat(setting(settings, "run.priority").isOwn()).isFalse();
    assertThat(setting(settings, "my.route").value()).hasValue("file:x");
  }

  @Test
  void every_key_of_the_shipped_configuration_has_a_group() throws IOException {
    assertThat(effective(Map.of(), Map.of(), "").groups())
        .extracting(Group::name)
        .contains("Folders", "Jobs", "Camel")
        .doesNotContain("Your own");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gemini.api-key = hidden-0123456789",
        "management.token = hidden-0123456789",
        "management.read-token = hidden-0123456789",
        "gemini.proxy = http://me:hidden-0123456789@proxy.example.org:3128",
        "stage.after-deliver = smtp://mail.example.org?username=x&password=hidden-0123456789",
        "stage.after-deliver = https://me:hidden-0123456789@example.org/hook",
        "stage.after-deliver = https://example.org/hook?accessToken=hidden-0123456789",
        "my.password = hidden-0123456789",
        "mail.apiKey = hidden-0123456789",
        "crm.client-secret = hidden-0123456789",
        "my.header = Authorization: Bearer hidden-0123456789",
        "my.json = {\"token\": \"hidden-0123456789\"}",
        "camel.component.aws2-s3.secret-key = hidden-0123456789",
        "profile.books.gemini.api-key = hidden-0123456789"
      })
  void what_may_be_secret_is_said_to_be_set_and_not_shown(String line) throws IOException {
    EffectiveSettings settings = effective(Map.of(), Map.of(), line + "\n");

    assertThat(settings.toString()).doesNotContain(SECRET);
    assertThat(settings.toString()).contains("isSecret=true");
  }

  @Test
  void numbers_of_tokens_and_files_with_keys_are_no_secrets() throws IOException {
    Files.writeString(home.resolve("a.key"), SECRET);
    EffectiveSettings settings =
        effective(
            Map.of(),
            Map.of(),
            "gemini.api-key-file = a.key\nrequest.generation-config = {\"maxOutputTokens\":20}\n");

    assertThat(setting(settings, "gemini.api-key-file").value()).hasValue("a.key");
    assertThat(setting(settings, "budget.output-tokens").value()).hasValue("1000");
    assertThat(setting(settings, "request.generation-config").isSecret()).isFalse();
    Setting key = setting(settings, "gemini.api-key");
    assertThat(key.isSecret()).isTrue();
    assertThat(key.source()).contains("a.key, which ");
    assertThat(settings.toString()).doesNotContain(SECRET);
  }

  @Test
  void a_profile_has_what_it_sets_and_folders_of_its_own() throws IOException {
    EffectiveSettings settings =
        effective(Map.of(), Map.of(), "profile.books.gemini.model = gemini-b\n");

    Group books = settings.profiles().get(0);
    assertThat(books.name()).isEqualTo("books");
    assertThat(books.settings())
        .extracting(Setting::key)
        .containsExactly(
            "inbox.directory",
            "outbox.directory",
            "archive.directory",
            "failed.directory",
            "gemini.model");
    assertThat(books.settings().get(0).value().orElseThrow()).endsWith("inbox/books");
  }
}
