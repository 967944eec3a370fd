package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.cost.Cost;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Daily.Totals;
import dev.geminibatch.service.Tokens;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was answered and used, and what it cost.
 *
 * @param name of a day, a model, a profile or a run
 * @param byModel whose tokens they are, without those that used none
 */
record Spent(
    String name,
    long answered,
    long failed,
    Map<String, Tokens> byModel,
    Tokens tokens,
    Cost cost) {

  static Spent of(
      String name, long answered, long failed, Map<String, Tokens> byModel, Prices prices) {
    Map<String, Tokens> used = new LinkedHashMap<>(byModel);
    used.values().removeIf(Tokens.NONE::equals);
    return new Spent(
        name,
        answered,
        failed,
        used,
        used.values().stream().reduce(Tokens.NONE, Tokens::plus),
        prices.cost(used));
  }

  /** What has the same name, together. */
  static List<Spent> byName(List<Totals> totals, Prices prices) {
    Map<String, List<Totals>> byName = new LinkedHashMap<>();
    totals.forEach(each -> byName.computeIfAbsent(each.name(), any -> new ArrayList<>()).add(each));
    List<Spent> spent = new ArrayList<>();
    byName.forEach((name, rows) -> spent.add(together(name, rows, prices)));
    return spent;
  }

  /** All of it, together. */
  static Spent together(String name, List<Totals> totals, Prices prices) {
    Map<String, Tokens> byModel = new LinkedHashMap<>();
    totals.forEach(each -> byModel.merge(each.model(), each.tokens(), Tokens::plus));
    return of(
        name,
        totals.stream().mapToLong(Totals::answered).sum(),
        totals.stream().mapToLong(Totals::failed).sum(),
        byModel,
        prices);
  }

  /** Whether a price is known of anything that was used, or nothing was. */
  boolean isCostKnown() {
    return cost.unknownModels().size() < byModel.size() || byModel.isEmpty();
  }

  /** What it cost, as far as prices are known, for a person. */
  String costInWords() {
    return isCostKnown() ? cost.estimate().toPlainString() + " " + cost.currency() : "unknown";
  }

  /** What is not in that, because it has no price; empty if it is whole. */
  String withoutPrice() {
    List<String> models = cost.unknownModels();
    if (models.isEmpty() || !isCostKnown()) {
      return "";
    }
    return "without "
        + (models.size() == 1 ? models.get(0) : Amounts.count(models.size(), "model"))
        + ", whose price is unknown";
  }

  String tokensIn() {
    return Amounts.count(tokens.in());
  }

  /** With those of thoughts, which cost the same. */
  String tokensOut() {
    return Amounts.count(tokens.out() + tokens.thought());
  }

  /** The same for programs. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
    json.put("answered", answered).put("failed", failed);
    return put(json);
  }

  /** With tokens and cost alone. */
  ObjectNode put(ObjectNode json) {
    json.putObject("tokens")
        .put("in", tokens.in())
        .put("cached", tokens.cached())
        .put("out", tokens.out())
        .put("thought", tokens.thought());
    json.put("cost", isCostKnown() ? cost.estimate() : null);
    cost.unknownModels().forEach(json.putArray("unknownModels")::add);
    return json;
  }
}
