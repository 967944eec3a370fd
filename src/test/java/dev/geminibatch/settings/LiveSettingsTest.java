package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveSettingsTest {
  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();
  private Path local;

  @BeforeEach
  void makeConfig() throws IOException {
    local = Files.createDirectories(home.resolve("config")).resolve("local.properties");
    Files.copy(Path.of("config/prices.json"), home.resolve("config/prices.json"));
    Files.copy(Path.of("config/limits.json"), home.resolve("config/limits.json"));
  }

  @Test
  void keys_that_can_change_are_in_force_for_all_who_ask_and_are_named_with_both_values()
      throws IOException {
    write("run.priority = 4", "profile.b.gemini.model = m");
    Settings old = settings();
    LiveSettings live = new LiveSettings(old);
    write(
        "run.priority = 7",
        "profile.b.gemini.model = m",
        "profile.b.run.paused = true",
        "job.max-open = 5",
        "service.tier = 2",
        "job.max-tokens = 3M",
        "budget.max-cost-per-file = 2.50",
        "budget.output-tokens = 9",
        "log.level = DEBUG",
        "log.level.submit = TRACE");

    LiveSettings.Outcome outcome = live.read();

    assertThat(outcome.mistakes()).isEmpty();
    assertThat(outcome.needRestart()).isEmpty();
    assertThat(outcome.taken())
        .hasSize(9)
        .contains(
            "run.priority is 7 now, it was 4 (" + local + ", line 1)",
            "profile.b.run.paused is true now, it was not set (" + local + ", line 3)",
            "budget.max-cost-per-file is 2.50 now, it was not set (" + local + ", line 7)");
    Settings now = old.profiles().of(Profiles.DEFAULT);
    assertThat(now.jobs().runs().priority()).isEqualTo(7);
    assertThat(now.jobs().maxOpen()).isEqualTo(5);
    assertThat(now.jobs().quota().tier()).isEqualTo(OptionalInt.of(2));
    assertThat(now.jobs().quota().maxTokens()).hasValue(3_000_000);
    assertThat(now.costs().maxPerFile().orElseThrow()).isEqualByComparingTo("2.50");
    assertThat(now.costs().outputTokens()).isEqualTo(9);
    assertThat(live.log().level().name()).isEqualTo("DEBUG");
    assertThat(old.profiles().of("b").jobs().runs().isPaused()).isTrue();
    assertThat(beside(old, "lines.on-error = fail").costs().outputTokens()).isEqualTo(9);
  }

  @Test
  void a_second_edit_is_taken_by_those_who_got_their_settings_after_the_first() throws IOException {
    Settings first = settings();
    LiveSettings live = new LiveSettings(first);
    write("run.priority = 7");
    live.read();
    write("run.priority = 8");

    assertThat(live.read().taken())
        .singleElement()
        .asString()
        .startsWith("run.priority is 8 now, it was 7");
    assertThat(first.profiles().of(Profiles.DEFAULT).jobs().runs().priority()).isEqualTo(8);
    write("");
    assertThat(live.read().taken()).containsExactly("run.priority is not set now, it was 8");
    assertThat(first.profiles().of(Profiles.DEFAULT).jobs().runs().priority()).isEqualTo(5);
    assertThat(live.read()).isEqualTo(new LiveSettings.Outcome(List.of(), List.of(), List.of()));
  }

  @Test
  void other_keys_stay_and_are_named_once_for_each_value() throws IOException {
    write("gemini.api-key = first-secret", "my.route = direct:a");
    Settings old = settings();
    LiveSettings live = new LiveSettings(old);
    String[] edit = {
      "gemini.api-key = second-secret",
      "my.route = direct:b",
      "run.concurrency = 8",
      "upload.concurrency = 2",
      "poll.interval = 3s",
      "profile.fresh.gemini.model = m",
      "profile.fresh.run.priority = 2",
      "run.priority = 6"
    };
    write(edit);

    LiveSettings.Outcome outcome = live.read();

    assertThat(outcome.taken()).hasSize(1);
    assertThat(outcome.needRestart())
        .containsExactly(
            "gemini.api-key",
            "my.route",
            "poll.interval",
            "profile.fresh.gemini.model",
            "profile.fresh.run.priority",
            "run.concurrency",
            "upload.concurrency");
    assertThat(outcome.toString()).doesNotContain("secret");
    Settings now = old.profiles().of(Profiles.DEFAULT);
    assertThat(now.service().requireKey().reveal()).isEqualTo("first-secret");
    assertThat(now.jobs().pollInterval()).hasSeconds(10);
    assertThat(now.jobs().runs().concurrency()).isEqualTo(4);
    assertThat(old.profiles().has("fresh")).isFalse();
    assertThat(live.read().needRestart()).isEmpty();
    edit[2] = "run.concurrency = 9";
    write(edit);
    assertThat(live.read().needRestart()).containsExactly("run.concurrency");
  }

  @Test
  void a_mistake_is_named_with_its_line_and_nothing_is_taken() throws IOException {
    write("run.priority = 4");
    Settings old = settings();
    LiveSettings live = new LiveSettings(old);
    write("run.priority = 7", "job.max-open = many", "run.prioritty = 3");

    LiveSettings.Outcome outcome = live.read();

    assertThat(outcome.taken()).isEmpty();
    assertThat(outcome.mistakes())
        .hasSize(2)
        .anyMatch(text -> text.startsWith(local + ", line 2: job.max-open is \"many\""))
        .anyMatch(text -> text.startsWith(local + ", line 3: There is no setting run.prioritty"));
    assertThat(old.profiles().of(Profiles.DEFAULT).jobs().runs().priority()).isEqualTo(4);
    write("run.priority = 7");
    assertThat(live.read().taken()).hasSize(1);
  }

  @Test
  void prices_and_limits_are_read_again_unless_they_are_half_written() throws IOException {
    write("service.tier = 1");
    Settings old = settings();
    LiveSettings live = new LiveSettings(old);
    Path prices = home.resolve("config/prices.json");
    Path limits = home.resolve("config/limits.json");
    String model = "gemini-2.5-pro";
    assertThat(tokens(old, model)).isEqualTo(5_000_000);
    int models = old.profiles().prices(prices).byModel().size();
    assertThat(live.files()).contains(local, prices, limits);

    Files.writeString(limits, Files.readString(limits).replace("5000000", "7000000"));
    Files.writeString(prices, "{\"models\": {");
    assertThat(live.read().mistakes()).singleElement().asString().contains("prices.json");
    assertThat(tokens(old, model)).isEqualTo(5_000_000);
    assertThat(old.profiles().prices(prices).byModel()).hasSize(models);

    Files.copy(
        Path.of("config/prices.json"), prices, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(live.read().mistakes()).isEmpty();
    assertThat(tokens(old, model)).isEqualTo(7_000_000);
  }

  @Test
  void a_key_in_a_file_is_read_at_the_start_alone() throws IOException {
    Path key = Files.writeString(home.resolve("key"), "first-secret");
    write("gemini.api-key-file = key");
    Settings old = settings();
    LiveSettings live = new LiveSettings(old);
    assertThat(live.keyFiles()).containsExactly(key);
    Files.writeString(key, "second-secret");
    write("gemini.api-key-file = key", "run.priority = 2");

    assertThat(live.read().taken()).hasSize(1);
    assertThat(old.profiles().of(Profiles.DEFAULT).service().requireKey().reveal())
        .isEqualTo("first-secret");
  }

  @Test
  void what_the_environment_says_does_not_change_with_the_file() throws IOException {
    environment.put("RUN_PRIORITY", "3");
    Settings old = settings();
    LiveSettings live = new LiveSettings(old);
    write("run.priority = 9");

    assertThat(live.read().taken()).isEmpty();
    assertThat(old.profiles().of(Profiles.DEFAULT).jobs().runs().priority()).isEqualTo(3);
  }

  private long tokens(Settings settings, String model) {
    return settings
        .profiles()
        .of(Profiles.DEFAULT)
        .jobs()
        .quota()
        .table()
        .enqueuedTokens(model, 1)
        .orElseThrow();
  }

  private static Settings beside(Settings settings, String text) {
    return FileOverrides.of("x.jsonl", text.getBytes(), settings, Profiles.DEFAULT);
  }

  private void write(String... lines) throws IOException {
    Files.writeString(local, String.join("\n", lines));
  }

  private Settings settings() {
    return Settings.of(
        PropertySources.read(Map.of(), environment, List.of(local)), home, home.resolve("media"));
  }
}
