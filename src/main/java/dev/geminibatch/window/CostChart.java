package dev.geminibatch.window;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.service.Tokens;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Columns of days, made of pieces of models: what they cost, or their tokens if no cost is known.
 *
 * @param title what they are of
 * @param summary the same in words
 * @param models in the order of their colours, the last one perhaps for all others
 */
record CostChart(String title, String summary, List<String> models, List<Column> columns) {
  static final int WIDTH = 900;
  static final int HEIGHT = 180;
  private static final int MOST_MODELS = 5;
  private static final double FILLED = 0.8;
  private static final String OTHERS = "others";

  /**
   * A day.
   *
   * @param words what it comes to
   */
  record Column(String words, List<Piece> pieces) {}

  /**
   * A rectangle.
   *
   * @param colour the number of its model
   */
  record Piece(int colour, String x, String y, String width, String height) {}

  /**
   * Draws them.
   *
   * @param days what there is of them, by their names
   */
  static CostChart of(LocalDate first, LocalDate last, Map<String, Spent> days, Prices prices) {
    boolean isOfCost = days.values().stream().anyMatch(day -> day.cost().estimate().signum() > 0);
    Map<String, Map<String, Double>> amounts = new LinkedHashMap<>();
    Map<String, Double> ofModels = new LinkedHashMap<>();
    for (LocalDate day = first; !day.isAfter(last); day = day.plusDays(1)) {
      Map<String, Double> ofDay = new LinkedHashMap<>();
      Spent spent = days.get(day.toString());
      if (spent != null) {
        spent
            .byModel()
            .forEach((model, used) -> ofDay.put(model, amount(model, used, isOfCost, prices)));
      }
      ofDay.forEach((model, amount) -> ofModels.merge(model, amount, Double::sum));
      amounts.put(day.toString(), ofDay);
    }
    List<String> models = largest(ofModels);
    double highest = amounts.values().stream().mapToDouble(CostChart::sum).max().orElse(0);
    List<Column> columns = new ArrayList<>();
    double step = (double) WIDTH / amounts.size();
    for (Map.Entry<String, Map<String, Double>> day : amounts.entrySet()) {
      Spent spent = days.get(day.getKey());
      columns.add(
          new Column(
              day.getKey() + ": " + (spent == null ? "nothing" : words(spent, isOfCost)),
              pieces(day.getValue(), models, highest, columns.size() * step, step)));
    }
    return new CostChart(
        isOfCost ? "Cost by day" : "Tokens by day",
        summary(first, last, days, amounts, isOfCost),
        models,
        columns);
  }

  private static double amount(String model, Tokens used, boolean isOfCost, Prices prices) {
    return isOfCost
        ? prices.cost(model, used).map(BigDecimal::doubleValue).orElse(0.0)
        : used.in() + used.out() + used.thought();
  }

  private static double sum(Map<String, Double> amounts) {
    return amounts.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  private static List<String> largest(Map<String, Double> ofModels) {
    List<String> models =
        ofModels.entrySet().stream()
            .filter(model -> model.getValue() > 0)
            .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
            .map(Map.Entry::getKey)
            .collect(Collectors.toCollection(ArrayList::new));
    if (models.size() > MOST_MODELS) {
      models.subList(MOST_MODELS - 1, models.size()).clear();
      models.add(OTHERS);
    }
    return models;
  }

  private static List<Piece> pieces(
      Map<String, Double> ofDay, List<String> models, double highest, double x, double step) {
    double[] heights = new double[models.size()];
    ofDay.forEach(
        (model, amount) -> {
          int at = models.indexOf(model);
          if (amount > 0) {
            heights[at < 0 ? models.size() - 1 : at] += amount * HEIGHT / highest;
          }
        });
    List<Piece> pieces = new ArrayList<>();
    double y = HEIGHT;
    for (int i = 0; i < heights.length; i++) {
      if (heights[i] > 0) {
        y -= heights[i];
        pieces.add(new Piece(i, text(x), text(y), text(step * FILLED), text(heights[i])));
      }
    }
    return pieces;
  }

  private static String text(double length) {
    return String.format(Locale.ROOT, "%.2f", Math.max(0, length));
  }

  private static String words(Spent spent, boolean isOfCost) {
    return isOfCost
        ? spent.costInWords() + (spent.withoutPrice().isEmpty() ? "" : ", " + spent.withoutPrice())
        : Amounts.tokens(spent.tokens().in() + spent.tokens().out() + spent.tokens().thought())
            + " tokens";
  }

  private static String summary(
      LocalDate first,
      LocalDate last,
      Map<String, Spent> days,
      Map<String, Map<String, Double>> amounts,
      boolean isOfCost) {
    String range = "From " + first + " to " + last + ". ";
    return amounts.entrySet().stream()
        .filter(day -> days.containsKey(day.getKey()))
        .max(Comparator.comparingDouble(day -> sum(day.getValue())))
        .map(
            day ->
                range
                    + "The most was on "
                    + day.getKey()
                    + ": "
                    + words(days.get(day.getKey()), isOfCost)
                    + ". The table has the numbers.")
        .orElse(range + "There is nothing.");
  }
}
