package dev.geminibatch.cli;

import dev.geminibatch.io.Visible;
import java.util.ArrayList;
import java.util.List;

/** Rows in columns that are as wide as they need to be. */
final class Table {
  private final List<String[]> rows = new ArrayList<>();

  Table(String... headings) {
    rows.add(headings);
  }

  Table row(Object... cells) {
    String[] row = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      row[i] = Visible.line(String.valueOf(cells[i]));
    }
    rows.add(row);
    return this;
  }

  /** The lines, headings first. */
  List<String> lines() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.length; i++) {
      line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
    }
    return line.toString().stripTrailing();
  }
}
