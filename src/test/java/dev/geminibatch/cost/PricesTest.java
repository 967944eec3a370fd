package dev.geminibatch.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PricesTest {
  @TempDir Path folder;

  private Prices prices(String ofModel) throws IOException {
    return Prices.read(
        Files.writeString(
            folder.resolve("prices.json"), "{\"perMillionTokens\":{\"m\":" + ofModel + "}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"input\":-1,\"output\":1}",
        "{\"input\":1,\"output\":-0.01}",
        "{\"input\":1,\"cached\":-5,\"output\":1}",
        "{\"input\":1,\"cached\":\"0\",\"output\":1}",
        "{\"input\":1e400,\"output\":1}",
        "{\"input\":1,\"output\":1e308}",
        "{\"input\":1,\"output\":\"1\"}",
        "{\"input\":1}",
        "3",
      })
  void a_price_that_would_make_room_in_a_budget_is_refused_with_its_model(String price) {
    assertThatThrownBy(() -> prices(price))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("prices.json")
        .hasMessageContaining("the model m ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"input\":NaN,\"output\":1}", "{\"input\":Infinity,\"output\":1}", "{"})
  void what_is_not_json_is_refused(String price) {
    assertThatThrownBy(() -> prices(price))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void what_has_no_known_price_is_over_any_limit_and_says_what_to_do() throws IOException {
    Cost cost = prices("{\"input\":0,\"output\":0}").cost(Map.of("other", new Tokens(0, 0, 0, 0)));
    Preflight preflight =
        new Preflight("x", 1, 0, List.of(), new Preflight.Files(0, 0, 0), cost, null);

    assertThat(preflight.overBudget(new BigDecimal("1000000")))
        .hasValueSatisfying(
            why -> assertThat(why).contains("other", "budget.max-cost-per-file", "prices.file"));
  }
}
