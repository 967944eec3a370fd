package dev.geminibatch.camel;

import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.settings.Hooks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.support.PatternHelper;

/**
 * Finds mistakes in routes that are read and not started yet, which Camel would pass over or tell
 * without saying where they are.
 */
final class RouteCheck {
  private final CamelContext context;
  private final List<RouteDefinition> routes;

  /** Where a route begins, but for those that are switched off: Camel leaves them out. */
  private final Set<String> taken;

  private final List<String> problems = new ArrayList<>();

  private RouteCheck(CamelContext context) {
    this.context = context;
    this.routes = model(context).getRouteDefinitions();
    this.taken = taken();
  }

  /**
   * Checks all routes.
   *
   * @param off ids of routes that are not to be started
   * @throws UsageException with every mistake: its file, its line and what to write
   */
  static void check(CamelContext context, RouteFiles files, List<String> off) {
    RouteCheck check = new RouteCheck(context);
    check.checkOff(files, off);
    check.checkConfigurations();
    check.checkBeginnings();
    check.checkTargets(off);
    check.checkStages(off);
    if (!check.problems.isEmpty()) {
      throw new UsageException(String.join("\n", check.problems));
    }
  }

  private static Model model(CamelContext context) {
    return context.getCamelContextExtension().getContextPlugin(Model.class);
  }

  /** The file and line of a node, if Camel knows them. */
  static String place(NamedNode node) {
    if (node.getLocation() == null) {
      return "";
    }
    String file = node.getLocation().replaceFirst("^file:", "");
    return node.getLineNumber() > 0 ? file + ", line " + line(file, node.getLineNumber()) : file;
  }

  /** Camel counts to the line before that of the values: one too few for {@code - to: {...}}. */
  private static int line(String file, int counted) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      String next = lines.skip(counted).findFirst().orElse("");
      return next.matches("\\s*- \\w+:\\s*[^\\s#].*") ? counted + 1 : counted;
    } catch (IOException | UncheckedIOException e) {
      return counted;
    }
  }

  /** Where a step of a route stands that an exception of Camel shows, or else the route. */
  static Optional<String> place(CamelContext context, String routeId, String step) {
    RouteDefinition route = model(context).getRouteDefinition(routeId);
    if (route == null) {
      return Optional.empty();
    }
    String begin = step.replaceFirst("\\.\\.\\.$", "");
    for (ProcessorDefinition<?> each : steps(route)) {
      if (!begin.isEmpty() && each.toString().startsWith(begin)) {
        return Optional.of(place(each));
      }
    }
    return Optional.of(place(route));
  }

  @SuppressWarnings("rawtypes")
  private static List<ProcessorDefinition<?>> steps(RouteDefinition route) {
    List<ProcessorDefinition<?>> steps = new ArrayList<>();
    for (ProcessorDefinition each :
        ProcessorDefinitionHelper.filterTypeInOutputs(
            route.getOutputs(), ProcessorDefinition.class)) {
      steps.add(each);
    }
    return steps;
  }

  private void checkOff(RouteFiles files, List<String> off) {
    if (off.isEmpty()) {
      return;
    }
    List<String> known = files.ids().stream().map(RouteFiles.GivenId::id).toList();
    for (String id : off) {
      if (!known.contains(id)) {
        problems.add(
            "routes.off names "
                + id
                + ", which is not a route"
                + DidYouMean.meant(id, known)
                + "; write ids that stand in the route files.");
      }
    }
  }

  private void checkConfigurations() {
    Set<String> known =
        model(context).getRouteConfigurationDefinitions().stream()
            .map(RouteConfigurationDefinition::getId)
            .collect(Collectors.toCollection(TreeSet::new));
    for (RouteDefinition route : routes) {
      if (route.getRouteConfigurationId() == null) {
        continue;
      }
      for (String wanted : route.getRouteConfigurationId().split(",")) {
        if (known.stream().noneMatch(id -> PatternHelper.matchPattern(id, wanted.strip()))) {
          problems.add(
              place(route)
                  + ": there is no route configuration "
                  + wanted.strip()
                  + DidYouMean.meant(wanted.strip(), known)
                  + "; write one of "
                  + String.join(", ", known)
                  + ".");
        }
      }
    }
  }

  /** Camel finds out only when it starts the second one. */
  private void checkBeginnings() {
    Map<String, RouteDefinition> begun = new HashMap<>();
    for (RouteDefinition route : routes) {
      String endpoint = resolved(route.getInput().getUri());
      if (!endpoint.startsWith("direct:")) {
        continue;
      }
      RouteDefinition other = begun.putIfAbsent(endpoint, route);
      if (other != null) {
        problems.add(
            place(route)
                + ": the route "
                + other.getRouteId()
                + " ("
                + place(other)
                + ") begins at "
                + endpoint
                + ", too; let this one begin elsewhere, or switch the other one off with"
                + " routes.off.");
      }
    }
  }

  private void checkTargets(List<String> off) {
    for (RouteDefinition route : routes) {
      for (ProcessorDefinition<?> step : steps(route)) {
        boolean isSeam = step instanceof ToDefinition to && to.getUri().startsWith("{{stage.");
        if (!isSeam && step instanceof ToDefinition to && !isTaken(to.getUri())) {
          problems.add(
              place(step)
                  + ": no route takes "
                  + resolved(to.getUri())
                  + DidYouMean.meant(resolved(to.getUri()), taken)
                  + whoIsOff(resolved(to.getUri()), off)
                  + "; write a route that begins there (from: uri: "
                  + resolved(to.getUri())
                  + ").");
        }
      }
    }
  }

  /** A run that is handed to nobody would wait forever. */
  private void checkStages(List<String> off) {
    Hooks.NEXT.forEach(
        (key, byDefault) -> {
          String endpoint = resolved("{{" + key + "}}");
          if (endpoint.contains(",")) {
            problems.add(
                key + " names more than one endpoint; write the one that takes the run on.");
          } else if (key.equals(endpoint.replace("direct:", "stage.after-"))) {
            problems.add(
                key + " is " + endpoint + ", where the run comes from; write " + byDefault + ".");
          } else {
            checkStage(key, endpoint, off, byDefault);
          }
        });
    Set<String> lists = new TreeSet<>(Hooks.NOTIFIED);
    lists.add(Hooks.EACH_LINE);
    for (String key : lists) {
      for (String endpoint : resolved("{{" + key + "}}").split(",")) {
        checkStage(key, endpoint.strip(), off, "nothing");
      }
    }
  }

  private void checkStage(String key, String endpoint, List<String> off, String byDefault) {
    if (!endpoint.isEmpty() && !endpoint.contains(":")) {
      problems.add(
          key
              + " names "
              + endpoint
              + ", which is not an endpoint; write direct:"
              + endpoint
              + ".");
    } else if (!isTaken(endpoint)) {
      problems.add(
          key
              + " is "
              + endpoint
              + ", which no route takes"
              + DidYouMean.meant(endpoint, taken)
              + whoIsOff(endpoint, off)
              + (endpoint.contains(";") ? "; write commas between endpoints" : "")
              + "; write a route that begins there"
              + (endpoint.equals(byDefault) ? "" : ", or " + byDefault)
              + ".");
    }
  }

  /** Says so if a route that takes the endpoint is switched off. */
  private String whoIsOff(String endpoint, List<String> off) {
    return off.contains(endpoint.replace("direct:", ""))
        ? " (routes.off switches off the one that did)"
        : "";
  }

  /** Only what is taken within this process can be known. */
  private boolean isTaken(String uri) {
    String endpoint = resolved(uri);
    return !endpoint.startsWith("direct:") || taken.contains(endpoint);
  }

  private Set<String> taken() {
    return routes.stream()
        .map(route -> resolved(route.getInput().getUri()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Without parameters; as it stands if a placeholder in it has no value, which Camel tells. */
  private String resolved(String uri) {
    try {
      return context.resolvePropertyPlaceholders(uri).replaceFirst("[?].*", "").replace("://", ":");
    } catch (IllegalArgumentException e) {
      return uri;
    }
  }
}
