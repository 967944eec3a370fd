package dev.geminibatch.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured: printed as a table, and written as JSON and as a picture. */
final class Figures {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final List<Figure> figures = new ArrayList<>();

  void add(String id, String what, double value, String unit) {
    add(id, what, Rounds.of(value), unit);
  }

  void add(String id, String what, Rounds rounds, String unit) {
    add(id, what, rounds, unit, Double.NaN, "");
  }

  void add(String id, String what, Rounds rounds, String unit, double ratio, String to) {
    Figure figure = new Figure(id, what, rounds, unit, ratio, to);
    figures.add(figure);
    System.out.println(row(figure));
  }

  private static String row(Figure figure) {
    return String.format(
        Locale.ROOT,
        "| %-62s | %11s | %-28s |",
        figure.what(),
        figure.measured(),
        figure.compared());
  }

  /** Prints all of them, as Markdown, and writes them to a folder. */
  void write(Path folder, Machine machine) throws IOException {
    Files.createDirectories(folder);
    StringBuilder table = new StringBuilder("Measured on " + machine.inWords() + ":\n\n");
    table.append(String.format("| %-62s | %11s | %-28s |%n", "what", "measured", "compared"));
    table.append("|" + "-".repeat(64) + "|" + "-".repeat(12) + ":|" + "-".repeat(30) + "|\n");
    figures.forEach(figure -> table.append(row(figure)).append('\n'));
    System.out.println("\n" + table);
    Files.writeString(folder.resolve("benchmark.md"), table);
    MAPPER.writeValue(folder.resolve("benchmark.json").toFile(), json(machine));
    Files.writeString(folder.resolve("benchmark.svg"), Picture.of(figures, machine));
  }

  private ObjectNode json(Machine machine) {
    ObjectNode json = MAPPER.createObjectNode();
    json.set("machine", MAPPER.valueToTree(machine));
    ArrayNode rows = json.putArray("figures");
    for (Figure figure : figures) {
      ObjectNode row = rows.addObject();
      row.put("id", figure.id()).put("what", figure.what());
      row.put("value", figure.value()).put("unit", figure.unit());
      figure.rounds().values().forEach(row.withArray("rounds")::add);
      if (figure.isCompared()) {
        row.put("ratio", figure.ratio()).put("to", figure.to());
      }
    }
    return json;
  }

  /**
   * Prints what has changed since another run.
   *
   * @param earlier a {@code benchmark.json}
   */
  void compare(Path earlier) throws IOException {
    var before = MAPPER.readTree(earlier.toFile());
    System.out.println("Compared with " + before.path("machine").path("commit").asText() + ":\n");
    for (Figure figure : figures) {
      for (var row : before.path("figures")) {
        if (row.path("id").asText().equals(figure.id())) {
          System.out.println(
              change(figure, row.path("value").asDouble(), row.path("ratio").asDouble()));
        }
      }
    }
  }

  private static String change(Figure figure, double value, double ratio) {
    String values =
        String.format(
            Locale.ROOT,
            "%-62s %10.2f -> %10.2f %-5s (%+.0f %%)",
            figure.what(),
            value,
            figure.value(),
            figure.unit(),
            100 * (figure.value() / value - 1));
    return figure.isCompared()
        ? values + String.format(Locale.ROOT, ", %.2f -> %.2f x", ratio, figure.ratio())
        : values;
  }
}
