package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.cost.Cost;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What something costs, estimated by the tables of prices.
 *
 * @param amounts by currency: profiles may have different tables
 * @param unknownModels whose price is in no table, so that the amounts are too low
 */
record Money(Map<String, BigDecimal> amounts, List<String> unknownModels) {
  static final Money NONE = new Money(Map.of(), List.of());

  static Money of(Cost cost) {
    return sum(List.of(cost));
  }

  static Money sum(Collection<Cost> costs) {
    TreeMap<String, BigDecimal> amounts = new TreeMap<>();
    TreeSet<String> unknown = new TreeSet<>();
    for (Cost cost : costs) {
      unknown.addAll(cost.unknownModels());
      if (cost.estimate().signum() != 0) {
        amounts.merge(cost.currency(), cost.estimate(), BigDecimal::add);
      }
    }
    return new Money(amounts, List.copyOf(unknown));
  }

  /** For a person: {@code 12.30 USD}; {@code 0} if it is nothing. */
  String inWords() {
    if (amounts.isEmpty()) {
      return unknownModels.isEmpty() ? "0" : "unknown";
    }
    List<String> each = new ArrayList<>();
    amounts.forEach((currency, amount) -> each.add(shown(amount) + " " + currency));
    return String.join(" + ", each);
  }

  /** Cents are enough, but for what costs less than a few. */
  static String shown(BigDecimal amount) {
    return amount.compareTo(BigDecimal.ONE) >= 0 || amount.signum() == 0
        ? amount.setScale(2, RoundingMode.HALF_UP).toPlainString()
        : amount.round(new MathContext(2)).toPlainString();
  }

  /** What is missing in it; empty if nothing is. */
  String lack() {
    return unknownModels.isEmpty() ? "" : "without " + String.join(", ", unknownModels);
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode each = json.putObject("amounts");
    amounts.forEach((currency, amount) -> each.put(currency, amount));
    unknownModels.forEach(json.putArray("unknownModels")::add);
    return json;
  }
}
