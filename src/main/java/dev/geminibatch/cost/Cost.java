package dev.geminibatch.cost;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/**
 * An estimate of what something costs.
 *
 * @param estimate of the models whose price is known, to four significant digits
 * @param pricesOf date of the price table; empty if there is none
 * @param unknownModels whose price is not in the table, so that the estimate is too low
 */
public record Cost(
    BigDecimal estimate, String currency, String pricesOf, List<String> unknownModels) {

  static Cost of(BigDecimal sum, String currency, String pricesOf, List<String> unknownModels) {
    BigDecimal rounded = sum.round(new MathContext(4));
    // 0E-7 and 1E+1 are numbers for a machine only.
    BigDecimal plain = new BigDecimal(rounded.stripTrailingZeros().toPlainString());
    return new Cost(plain, currency, pricesOf, unknownModels);
  }

  /** For a person: {@code about 0.0123 USD (prices of 2026-07-04)}. */
  public String inWords() {
    String unknown = "unknown for " + String.join(", ", unknownModels);
    if (estimate.signum() == 0 && !unknownModels.isEmpty()) {
      return unknown;
    }
    return "about "
        + estimate.toPlainString()
        + " "
        + currency
        + (pricesOf.isEmpty() ? "" : " (prices of " + pricesOf + ")")
        + (unknownModels.isEmpty() ? "" : ", " + unknown);
  }
}
