package dev.geminibatch.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Expressions in the language of Prometheus: which metrics they name, with which labels. */
final class Expressions {
  /** What Prometheus adds itself. */
  private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

  private static final Set<String> WORDS =
      Set.of("and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "inf");

  private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|on|ignoring|without|group_left|group_right)\\s*\\(([^)]*)\\)");
  private static final Pattern MATCHERS = Pattern.compile("\\{([^}]*)\\}");
  private static final Pattern NAME =
      Pattern.compile("(?<![\\w$.\\[])([a-zA-Z_][a-zA-Z0-9_]*)(?!\\w)\\s*(\\(?)");
  private static final Pattern SHOWN = Pattern.compile("\\{\\{\\s*([a-z_]+)\\s*\\}\\}");
  private static final Pattern OF_ALERT = Pattern.compile("\\$labels\\.([a-z_]+)");

  /** By expression, the labels that the text beside it shows. */
  private final Map<String, Set<String>> all = new LinkedHashMap<>();

  private Expressions() {}

  static Expressions ofDashboard(Path file) throws IOException {
    Expressions found = new Expressions();
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(file));
    for (JsonNode panel : dashboard.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        found.add(
            target.path("expr").asText(), labels(SHOWN, target.path("legendFormat").asText()));
      }
    }
    for (JsonNode variable : dashboard.at("/templating/list")) {
      Matcher query =
          Pattern.compile("label_values\\((.*), (\\w+)\\)")
              .matcher(variable.path("definition").asText());
      if (query.matches()) {
        found.add(query.group(1), Set.of(query.group(2)));
      }
    }
    return found;
  }

  static Expressions ofAlerts(Path file) throws IOException {
    Expressions found = new Expressions();
    for (Map<?, ?> rule : rules(file)) {
      found.add((String) rule.get("expr"), labels(OF_ALERT, rule.get("annotations").toString()));
    }
    return found;
  }

  /** The alerts as they stand in the file. */
  static List<Map<?, ?>> rules(Path file) throws IOException {
    Map<?, ?> document =
        (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    List<Map<?, ?>> rules = new ArrayList<>();
    for (Object group : (List<?>) document.get("groups")) {
      for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
        rules.add((Map<?, ?>) rule);
      }
    }
    return rules;
  }

  static Expressions of(String expression, String... shown) {
    Expressions one = new Expressions();
    one.add(expression, Set.of(shown));
    return one;
  }

  private static Set<String> labels(Pattern where, String text) {
    Set<String> labels = new TreeSet<>();
    Matcher label = where.matcher(text);
    while (label.find()) {
      labels.add(label.group(1));
    }
    return labels;
  }

  private void add(String expression, Set<String> shown) {
    all.merge(
        expression,
        shown,
        (one, two) -> {
          Set<String> both = new TreeSet<>(one);
          both.addAll(two);
          return both;
        });
  }

  /** The names of all metrics. */
  Set<String> metrics() {
    Set<String> names = new TreeSet<>();
    all.keySet().forEach(expression -> names.addAll(metrics(expression)));
    return names;
  }

  private static Set<String> metrics(String expression) {
    String bare = TEXT.matcher(expression).replaceAll("\"\"");
    bare = GROUPING.matcher(MATCHERS.matcher(bare).replaceAll(" ")).replaceAll(" ");
    bare = bare.replaceAll("\\[[^\\]]*\\]", " ");
    Set<String> names = new TreeSet<>();
    Matcher name = NAME.matcher(bare);
    while (name.find()) {
      if (name.group(2).isEmpty() && !WORDS.contains(name.group(1))) {
        names.add(name.group(1));
      }
    }
    return names;
  }

  private static Set<String> labels(String expression) {
    String bare = TEXT.matcher(expression).replaceAll("\"\"");
    Set<String> labels = new TreeSet<>();
    for (Pattern where : List.of(GROUPING, MATCHERS)) {
      Matcher found = where.matcher(bare);
      while (found.find()) {
        Arrays.stream(found.group(1).split(","))
            .map(each -> each.strip().replaceFirst("\\s*[=!~].*", ""))
            .filter(each -> !each.isEmpty())
            .forEach(labels::add);
      }
    }
    return labels;
  }

  /**
   * What is asked for and is not there.
   *
   * @param exported the names of all samples with their labels
   */
  List<String> unknown(Map<String, Set<String>> exported) {
    List<String> unknown = new ArrayList<>();
    all.forEach(
        (expression, shown) -> {
          Set<String> known = new TreeSet<>(OF_PROMETHEUS);
          for (String metric : metrics(expression)) {
            if (exported.containsKey(metric)) {
              known.addAll(exported.get(metric));
            } else if (!metric.equals("up")) {
              unknown.add(metric + " in " + expression);
            }
          }
          Set<String> asked = new TreeSet<>(labels(expression));
          asked.addAll(shown);
          asked.removeAll(known);
          asked.forEach(label -> unknown.add("label " + label + " in " + expression));
        });
    return unknown;
  }
}
