package dev.geminibatch.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured: printed as a table, and written as JSON and as a picture. */
final class Figures {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final int ROW = 26;
  private static final int LABELS = 330;
  private static final int BARS = 380;

  private final List<Figure> figures = new ArrayList<>();

  /**
   * One of them.
   *
   * @param ratio to what is ideal or to a plain loop over the same data in the same run; NaN if
   *     there is nothing to compare with
   * @param to what the ratio is to
   */
  private record Figure(String what, double value, String unit, double ratio, String to) {}

  void add(String what, double value, String unit) {
    add(what, value, unit, Double.NaN, "");
  }

  void add(String what, double value, String unit, double ratio, String to) {
    figures.add(new Figure(what, value, unit, ratio, to));
    System.out.println(row(figures.get(figures.size() - 1)));
  }

  private static String row(Figure figure) {
    String ratio =
        Double.isNaN(figure.ratio())
            ? ""
            : String.format(Locale.ROOT, "%.2f x %s", figure.ratio(), figure.to());
    return String.format(
        Locale.ROOT, "| %-58s | %10s | %-26s |", figure.what(), inWords(figure), ratio);
  }

  private static String inWords(Figure figure) {
    String format = figure.value() == Math.rint(figure.value()) ? "%.0f %s" : "%.2f %s";
    return String.format(Locale.ROOT, format, figure.value(), figure.unit()).strip();
  }

  private static String machine() {
    return Runtime.getRuntime().availableProcessors()
        + " processors, Java "
        + Runtime.version().feature()
        + ", "
        + System.getProperty("os.name")
        + ", "
        + LocalDate.now();
  }

  /** Tells all of them, as Markdown, and writes them to a folder. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    System.out.println();
    System.out.println("Measured on " + machine());
    System.out.println();
    System.out.printf("| %-58s | %10s | %-26s |%n", "what", "measured", "compared");
    System.out.println("|" + "-".repeat(60) + "|" + "-".repeat(11) + ":|" + "-".repeat(28) + "|");
    figures.forEach(figure -> System.out.println(row(figure)));
    ObjectNode json = MAPPER.createObjectNode().put("measuredOn", machine());
    ArrayNode rows = json.putArray("figures");
    for (Figure figure : figures) {
      ObjectNode row = rows.addObject();
      row.put("what", figure.what()).put("value", figure.value()).put("unit", figure.unit());
      if (!Double.isNaN(figure.ratio())) {
        row.put("ratio", figure.ratio()).put("to", figure.to());
      }
    }
    MAPPER.writeValue(folder.resolve("benchmark.json").toFile(), json);
    Files.writeString(folder.resolve("benchmark.svg"), picture());
  }

  /** A bar for each ratio, beside a line at 1. */
  private String picture() {
    List<Figure> compared = figures.stream().filter(f -> !Double.isNaN(f.ratio())).toList();
    double most = compared.stream().mapToDouble(Figure::ratio).max().orElse(1);
    double scale = BARS / Math.max(1.2, most);
    int height = ROW * compared.size() + 60;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"13\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            LABELS + BARS + 160,
            height));
    int y = 14;
    for (Figure figure : compared) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
                  + "<rect x=\"%d\" y=\"%d\" width=\"%.0f\" height=\"16\" fill=\"#3b78c2\"/>%n"
                  + "<text x=\"%.0f\" y=\"%d\">%.2f</text>%n",
              LABELS - 8,
              y + 13,
              figure.what(),
              LABELS,
              y,
              figure.ratio() * scale,
              LABELS + figure.ratio() * scale + 6,
              y + 13,
              figure.ratio()));
      y += ROW;
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%1$.0f\" x2=\"%1$.0f\" y1=\"6\" y2=\"%2$d\" stroke=\"#c0392b\""
                + " stroke-dasharray=\"4 3\"/>%n"
                + "<text x=\"%1$.0f\" y=\"%3$d\" text-anchor=\"middle\" fill=\"#c0392b\">"
                + "plain loop, or ideal</text>%n"
                + "<text x=\"8\" y=\"%4$d\" fill=\"#666\">%5$s</text>%n</svg>%n",
            LABELS + scale,
            y + 4,
            y + 20,
            y + 40,
            machine()));
    return svg.toString();
  }
}
