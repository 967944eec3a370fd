package dev.geminibatch.documents;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of settings, made of the comments in {@code config/application.properties}. */
final class SettingsTable {
  private static final Pattern GROUP = Pattern.compile("# -+ (.+)");
  private static final Pattern KEY = Pattern.compile("(#?)([a-z][a-zA-Z0-9.-]+) *=(.*)");

  private final StringBuilder markdown = new StringBuilder();
  private final List<String> comment = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private boolean isTableOpen;

  private SettingsTable() {}

  static String of(List<String> lines) {
    SettingsTable table = new SettingsTable();
    lines.forEach(table::read);
    table.row();
    return table.markdown.toString();
  }

  private void read(String line) {
    Matcher group = GROUP.matcher(line);
    Matcher key = KEY.matcher(line);
    if (group.matches()) {
      row();
      markdown.append("\n### ").append(group.group(1)).append("\n");
      isTableOpen = false;
    } else if (key.matches()) {
      String value = key.group(3).strip();
      boolean isExample = !key.group(1).isEmpty();
      keys.add(
          "`" + key.group(2) + "`" + (value.isEmpty() || isExample ? "" : " = `" + value + "`"));
    } else if (line.isBlank()) {
      row();
    } else if (line.startsWith("#")) {
      if (!keys.isEmpty()) {
        row();
      }
      comment.add(line.substring(1).strip());
    }
  }

  /** Writes what was gathered: a row if there are keys, else nothing. */
  private void row() {
    if (!keys.isEmpty()) {
      if (!isTableOpen) {
        markdown.append("\n| key and default | meaning |\n|---|---|\n");
        isTableOpen = true;
      }
      String meaning = String.join(" ", comment).replace("|", "\\|").replace("<", "&lt;");
      markdown.append("| ").append(String.join("<br>", keys)).append(" | ");
      markdown.append(meaning).append(" |\n");
    }
    keys.clear();
    comment.clear();
  }
}
