package dev.geminibatch.cost;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What tokens of batch jobs cost, by a table that its owner keeps ({@code config/prices.json}).
 *
 * @param date of the table
 * @param currency of its prices
 * @param byModel for a million tokens; a model that is not there has an unknown price
 */
public record Prices(String date, String currency, Map<String, Price> byModel) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final double HIGHEST = 1e6;
  private static final Pattern VERSION = Pattern.compile("-(\\d{3}|latest)$");
  private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

  /**
   * Of a million tokens.
   *
   * @param cached of the input that came from a cache
   * @param output thoughts included
   */
  public record Price(BigDecimal input, BigDecimal cached, BigDecimal output) {}

  /**
   * Reads the table; no file is an empty one.
   *
   * @throws UsageException when it is not what it should be
   */
  public static Prices read(Path file) {
    if (!Files.exists(file)) {
      return new Prices("", "USD", Map.of());
    }
    try {
      JsonNode table = MAPPER.readTree(file.toFile());
      Map<String, Price> prices = new HashMap<>();
      table
          .path("perMillionTokens")
          .properties()
          .forEach(model -> prices.put(model.getKey(), price(file, model)));
      return new Prices(
          table.path("date").asText(""), table.path("currency").asText("USD"), prices);
    } catch (IOException e) {
      throw new UsageException(
          "The prices in " + file + " cannot be read: " + Amounts.firstLine(e.getMessage()));
    }
  }

  private static Price price(Path file, Map.Entry<String, JsonNode> model) {
    JsonNode price = model.getValue();
    for (String part : new String[] {"input", "output"}) {
      if (!price.path(part).isNumber()) {
        throw new UsageException(
            "In "
                + file
                + " the model "
                + model.getKey()
                + " has no price for its "
                + part
                + "; write {\"input\": 0.15, \"output\": 1.25}.");
      }
    }
    BigDecimal input = amount(file, model.getKey(), price.path("input"));
    JsonNode cached = price.path("cached");
    return new Price(
        input,
        cached.isMissingNode() || cached.isNull() ? input : amount(file, model.getKey(), cached),
        amount(file, model.getKey(), price.path("output")));
  }

  /** A price below nothing would make room in a budget. */
  private static BigDecimal amount(Path file, String model, JsonNode price) {
    double about = price.isNumber() ? price.doubleValue() : Double.NaN;
    if (about >= 0 && about <= HIGHEST) {
      return price.decimalValue();
    }
    throw new UsageException(
        "In "
            + file
            + " the model "
            + model
            + " has the price "
            + Amounts.shortened(price.toString(), 40)
            + "; write an amount for a million tokens from 0 to "
            + (long) HIGHEST
            + ".");
  }

  /** What tokens of a model cost; empty if its price is unknown. */
  public Optional<BigDecimal> cost(String model, Tokens tokens) {
    String name = ModelName.shortName(model);
    Price price = byModel.get(name);
    if (price == null) {
      price = byModel.get(VERSION.matcher(name).replaceFirst(""));
    }
    if (price == null) {
      return Optional.empty();
    }
    return Optional.of(
        price
            .input()
            .multiply(BigDecimal.valueOf(tokens.in() - tokens.cached()))
            .add(price.cached().multiply(BigDecimal.valueOf(tokens.cached())))
            .add(price.output().multiply(BigDecimal.valueOf(tokens.out() + tokens.thought())))
            .divide(MILLION));
  }

  /**
   * What tokens of several models cost.
   *
   * @param tokens by model
   */
  public Cost cost(Map<String, Tokens> tokens) {
    BigDecimal sum = BigDecimal.ZERO;
    TreeSet<String> unknown = new TreeSet<>();
    for (Map.Entry<String, Tokens> each : tokens.entrySet()) {
      Optional<BigDecimal> cost = cost(each.getKey(), each.getValue());
      sum = sum.add(cost.orElse(BigDecimal.ZERO));
      if (cost.isEmpty()) {
        unknown.add(ModelName.shortName(each.getKey()));
      }
    }
    return Cost.of(sum, currency, date, List.copyOf(unknown));
  }
}
