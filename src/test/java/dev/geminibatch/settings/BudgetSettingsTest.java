package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever may drop files must not spend beyond the budget, and a budget says what it is. */
class BudgetSettingsTest {
  @TempDir Path folder;

  private Settings settings(String... lines) throws IOException {
    Path file = Files.write(folder.resolve("local.properties"), List.of(lines));
    return Settings.of(PropertySources.read(Map.of(), Map.of(), List.of(file)), folder, folder);
  }

  private Settings withPrices(String... lines) throws IOException {
    Files.createDirectories(folder.resolve("config"));
    Files.writeString(folder.resolve("config/prices.json"), "{}");
    return settings(lines);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "-1",
        "Infinity",
        "1e400",
        "2,50",
        "1.000,5",
        "0x10",
        "1e2",
        "٢",
        "+1",
        "none",
        "99999999999999999999"
      })
  void what_is_not_an_amount_is_refused(String amount) throws IOException {
    withPrices();
    assertThatThrownBy(() -> settings("budget.max-cost-per-file=" + amount))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("budget.max-cost-per-file");
  }

  @Test
  void a_table_of_prices_that_somebody_names_must_be_there() {
    assertThatThrownBy(() -> settings("prices.file=mine.json"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("prices.file names " + folder.resolve("mine.json"));
    assertThatCode(() -> settings("prices.file=config/prices.json")).doesNotThrowAnyException();
  }

  @Test
  void a_budget_without_prices_is_refused_and_names_the_file() {
    assertThatThrownBy(() -> settings("budget.max-cost-per-file=2.50"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("budget.max-cost-per-file")
        .hasMessageContaining("prices.file")
        .hasMessageContaining(folder.resolve("config/prices.json").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "budget.max-cost-per-file=off",
        "budget.max-cost-per-file=5.01",
        "budget.max-cost-per-file=999999999",
        "budget.output-tokens=999",
        "budget.output-tokens=0",
      })
  void a_file_s_own_settings_do_not_widen_the_budget_of_its_profile(String line)
      throws IOException {
    Settings profile = withPrices("budget.max-cost-per-file=5");
    PropertiesText file = beside(line);
    assertThatThrownBy(() -> profile.profiles().of(Profiles.DEFAULT, file))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("x.jsonl.properties, line 1: ")
        .hasMessageContaining("allows more than the 5");
  }

  private static PropertiesText beside(String text) {
    return PropertiesText.of("x.jsonl.properties", text, mistake -> {});
  }

  @Test
  void a_file_s_own_settings_may_be_stricter() throws IOException {
    Settings profile = withPrices("budget.max-cost-per-file=5");
    Settings file =
        profile
            .profiles()
            .of(
                Profiles.DEFAULT,
                beside("budget.max-cost-per-file = 4.99\nbudget.output-tokens = 2000"));
    assertThat(file.costs().maxPerFile().orElseThrow()).isEqualByComparingTo("4.99");
  }
}
