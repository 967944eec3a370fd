package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaSettingsTest {
  @TempDir Path home;

  @BeforeEach
  void shipped() throws IOException {
    Files.createDirectory(home.resolve("config"));
    Files.copy(Path.of("config/limits.json"), home.resolve("config/limits.json"));
  }

  private Settings settings(String... values) throws IOException {
    Path file = Files.writeString(home.resolve("local"), String.join("\n", values));
    return Settings.of(
        PropertySources.read(Map.of(), Map.of(), List.of(file)), home, home.resolve("media"));
  }

  private static Settings.Quota quota(Settings settings) {
    return settings.jobs().quota();
  }

  @Test
  void without_a_word_the_tier_and_the_tokens_of_a_job_are_found_out() throws IOException {
    assertThat(quota(settings()).tier()).isEmpty();
    assertThat(quota(settings()).maxTokens()).isEmpty();
    assertThat(quota(settings()).table().enqueuedTokens("gemini-2.5-pro", 1)).hasValue(5_000_000);
  }

  @Test
  void each_profile_may_have_a_tier_and_a_size_of_its_own() throws IOException {
    Settings settings =
        settings(
            "service.tier = 1",
            "profile.books.service.tier = 3",
            "profile.books.job.max-tokens = 250k");

    assertThat(quota(settings).tier()).hasValue(1);
    assertThat(quota(settings.profiles().of("books")).tier()).hasValue(3);
    assertThat(quota(settings.profiles().of("books")).maxTokens()).hasValue(250_000);
  }

  @ParameterizedTest
  @CsvSource({"auto, ", "1, 1", "250000, 250000", "3M, 3000000", "3m, 3000000", "12K, 12000"})
  void tokens_of_a_job_are_a_number_or_auto(String written, Long tokens) throws IOException {
    var max = quota(settings("job.max-tokens = " + written)).maxTokens();

    assertThat(max.isPresent() ? max.getAsLong() : null).isEqualTo(tokens);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5M", "3GB", "many", "1_000", "9999999999999"})
  void other_tokens_are_refused_with_what_to_write(String written) {
    assertThatThrownBy(() -> settings("job.max-tokens = " + written))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("job.max-tokens is \"" + written, "write auto, or a number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "4", "free", "tier 1", "1.0"})
  void another_tier_is_refused_with_what_to_write(String written) {
    assertThatThrownBy(() -> settings("service.tier = " + written))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("service.tier is \"" + written, "write auto or 1 or 2 or 3");
  }

  @Test
  void a_table_that_is_named_and_missing_stops_the_start() {
    assertThatThrownBy(() -> settings("limits.file = config/limit.json"))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll(home.resolve("config/limit.json").toString(), "no such file");
  }

  @Test
  void an_installation_without_the_table_starts_and_learns() throws IOException {
    Files.delete(home.resolve("config/limits.json"));

    assertThat(quota(settings()).table().families()).isEmpty();
  }

  @Test
  void a_tier_without_a_table_stops_the_start() throws IOException {
    Files.delete(home.resolve("config/limits.json"));

    assertThatThrownBy(() -> settings("service.tier = 2"))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("service.tier needs a table of limits", "restore it");
  }

  @Test
  void a_table_with_a_mistake_stops_the_start() throws IOException {
    Files.writeString(home.resolve("config/limits.json"), "{\n\"openJobs\": many}");

    assertThatThrownBy(() -> settings())
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("limits.json", "line 2");
  }

  @Test
  void open_jobs_and_bytes_of_a_job_are_bounded_by_the_table() throws IOException {
    Files.writeString(
        home.resolve("config/limits.json"), "{\"openJobs\": 300, \"jobBytes\": 1000}");

    assertThat(settings("job.max-open = 300", "job.max-bytes = 1KB").jobs().maxOpen())
        .isEqualTo(300);
    assertThatThrownBy(() -> settings("job.max-open = 301", "job.max-bytes = 1KB"))
        .hasMessageContaining("write a whole number from 1 to 300");
    assertThatThrownBy(() -> settings("job.max-bytes = 2KB"))
        .hasMessageContaining("at most 1000 bytes");
  }
}
