package dev.geminibatch.settings;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.settings.Settings.Costs;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads what things cost, and may cost. */
final class CostsReader {
  private static final String BUDGET = "budget.max-cost-per-file";
  private static final String PRICES_FILE = "prices.file";
  private static final String PRICES = "config/prices.json";

  private final TypedProperties typed;

  CostsReader(TypedProperties typed) {
    this.typed = typed;
  }

  Costs read() {
    Path prices = typed.installed(PRICES_FILE, PRICES);
    typed.read(PRICES_FILE, prices, () -> pricesThatExist(prices));
    Optional<BigDecimal> most =
        typed.read(BUDGET, Optional.empty(), () -> maxCost(typed.text(BUDGET, "off"), prices));
    return new Costs(prices, most, typed.number("budget.output-tokens", 1000, 0, 10_000_000));
  }

  /** The table that comes with the program may be missing; one that somebody names may not. */
  private Path pricesThatExist(Path prices) {
    if (!typed.text(PRICES_FILE, PRICES).equals(PRICES) && !Files.isReadable(prices)) {
      throw new UsageException(
          PRICES_FILE
              + " names "
              + prices
              + ", which cannot be read; write "
              + PRICES
              + ", or the name of a table like it.");
    }
    return prices;
  }

  private static Optional<BigDecimal> maxCost(String text, Path prices) {
    if (text.equals("off")) {
      return Optional.empty();
    }
    if (!text.matches("\\d{1,9}(\\.\\d{1,9})?")) {
      throw new UsageException(
          BUDGET + " is \"" + text + "\"; write an amount such as 2.50, or off.");
    }
    if (!Files.isReadable(prices)) {
      throw new UsageException(
          BUDGET + " needs prices, and prices.file names " + prices + ", which cannot be read.");
    }
    return Optional.of(new BigDecimal(text));
  }
}
