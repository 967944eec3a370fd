package dev.geminibatch.bench;

import java.util.List;
import java.util.Locale;

/** A bar for each ratio, beside a line at 1. */
final class Picture {
  private static final int ROW = 26;
  private static final int LABELS = 430;
  private static final int BARS = 380;

  /** Longer bars say nothing more. */
  private static final double LONGEST = 4;

  private Picture() {}

  static String of(List<Figure> figures, Machine machine) {
    List<Figure> compared = figures.stream().filter(Figure::isCompared).toList();
    double scale = BARS / LONGEST;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"13\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            LABELS + BARS + 70,
            ROW * compared.size() + 60));
    int y = 14;
    for (Figure figure : compared) {
      svg.append(bar(figure, y, scale));
      y += ROW;
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%1$.0f\" x2=\"%1$.0f\" y1=\"6\" y2=\"%2$d\" stroke=\"#c0392b\""
                + " stroke-dasharray=\"4 3\"/>%n"
                + "<text x=\"%1$.0f\" y=\"%3$d\" text-anchor=\"middle\" fill=\"#c0392b\">"
                + "as fast as a plain program, or ideal</text>%n"
                + "<text x=\"8\" y=\"%4$d\" fill=\"#666\">%5$s</text>%n</svg>%n",
            LABELS + scale,
            y + 4,
            y + 20,
            y + 40,
            machine.inWords()));
    return svg.toString();
  }

  private static String bar(Figure figure, int y, double scale) {
    double length = Math.min(LONGEST, figure.ratio()) * scale;
    return String.format(
        Locale.ROOT,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
            + "<rect x=\"%d\" y=\"%d\" width=\"%.0f\" height=\"16\" fill=\"#3b78c2\"/>%n"
            + "<text x=\"%.0f\" y=\"%d\">%.2f</text>%n",
        LABELS - 8,
        y + 13,
        figure.what(),
        LABELS,
        y,
        length,
        LABELS + length + 6,
        y + 13,
        figure.ratio());
  }
}
