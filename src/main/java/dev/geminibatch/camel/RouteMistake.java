package dev.geminibatch.camel;

import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.UsageException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.component.bean.MethodNotFoundException;

/** Says in a user's words why routes cannot be read or started: where, what, and what to write. */
final class RouteMistake {
  private static final Pattern STEP = Pattern.compile(">>> (.*?) <<<");

  /** Components that come with the program, and that no route of its own uses. */
  private static final Set<String> UNUSED = Set.of("log", "timer");

  private static final Pattern SCHEME = Pattern.compile("for: ([\\w+.-]+):");

  private static final Pattern PARSED = Pattern.compile("in file:(.+), line (\\d+), column");
  private static final Pattern TWICE = Pattern.compile("Duplicate.* ids? detected: ([^\\s.]+)");

  private final CamelContext context;
  private final Collection<String> beans;
  private final RouteFiles files;

  /**
   * @param beans that routes may name
   */
  RouteMistake(CamelContext context, Collection<String> beans, RouteFiles files) {
    this.context = context;
    this.beans = beans;
    this.files = files;
  }

  /** The words for a failure of Camel. */
  String explain(Throwable thrown) {
    List<Throwable> causes = causes(thrown);
    for (Throwable cause : causes) {
      if (cause instanceof UsageException explained) {
        return explained.getMessage();
      }
    }
    Matcher twice = TWICE.matcher(String.valueOf(causes.get(causes.size() - 1).getMessage()));
    if (twice.find()) {
      return givenTwice(twice.group(1));
    }
    StringBuilder text = new StringBuilder();
    place(causes).ifPresent(place -> text.append(place).append(":\n"));
    for (String message : messages(causes)) {
      text.append("  ").append(message.strip()).append('\n');
    }
    return text.append(remedy(causes)).toString();
  }

  private String givenTwice(String id) {
    String places =
        files.ids().stream()
            .filter(given -> given.id().equals(id))
            .map(RouteFiles.GivenId::place)
            .collect(Collectors.joining("; "));
    return "The id "
        + id
        + " is given more than once: "
        + places
        + ". Give each route and each step an id of its own.";
  }

  private static List<Throwable> causes(Throwable thrown) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      causes.add(each);
    }
    return causes;
  }

  private Optional<String> place(List<Throwable> causes) {
    Matcher parsed = PARSED.matcher(String.valueOf(causes.get(causes.size() - 1).getMessage()));
    Optional<String> last = Optional.empty();
    while (parsed.find()) {
      last = Optional.of(parsed.group(1) + ", line " + parsed.group(2)); // where it was noticed
    }
    if (last.isPresent()) {
      return last;
    }
    if (causes.get(causes.size() - 1) instanceof ClassNotFoundException missing) {
      return files.find(String.valueOf(missing.getMessage()));
    }
    for (Throwable cause : causes) {
      String routeId =
          cause instanceof FailedToCreateRouteException create
              ? create.getRouteId()
              : cause instanceof FailedToStartRouteException start ? start.getRouteId() : null;
      if (routeId != null) {
        Matcher step = STEP.matcher(String.valueOf(cause.getMessage()));
        return RouteCheck.place(context, routeId, step.find() ? step.group(1) : "");
      }
    }
    return Optional.empty();
  }

  /** Camel wraps what went wrong in what it was doing; the innermost that adds something counts. */
  private static List<String> messages(List<Throwable> causes) {
    List<String> messages = new ArrayList<>();
    for (Throwable cause : causes) {
      boolean isFrame =
          cause instanceof FailedToCreateRouteException
              || cause instanceof FailedToStartRouteException;
      String message = String.valueOf(cause.getMessage());
      messages.removeIf(outer -> outer.contains(message));
      if (!isFrame || cause.getCause() == null) {
        messages.add(message.replaceFirst("^java.io.IOException: ", ""));
      }
    }
    return messages;
  }

  private static String methods(MethodNotFoundException method) {
    Set<String> names = new TreeSet<>();
    for (Method each : method.getBean().getClass().getDeclaredMethods()) {
      if (Modifier.isPublic(each.getModifiers())) {
        names.add(each.getName());
      }
    }
    return DidYouMean.to(method.getMethodName(), names)
        .map(name -> "The bean has no such method; write " + name + ".")
        .orElse("The bean has the methods " + String.join(", ", names) + ".");
  }

  private String remedy(List<Throwable> causes) {
    Throwable root = causes.get(causes.size() - 1);
    String message = String.valueOf(root.getMessage());
    if (root instanceof NoSuchBeanException bean) {
      return "Declare the bean under \"- beans:\" in a route file"
          + DidYouMean.to(String.valueOf(bean.getName()), beans)
              .map(name -> ", or write " + name)
              .orElse(", or use one that routes/README.md lists")
          + ".";
    }
    if (root instanceof NoSuchEndpointException) {
      Matcher scheme = SCHEME.matcher(message);
      String name = scheme.find() ? scheme.group(1) : "the component";
      return "Correct "
          + name
          + DidYouMean.meant(name, components())
          + ", or put the jar of its Camel component into the folder components; routes/README.md"
          + " says how.";
    }
    if (root instanceof ClassNotFoundException) {
      return "There is no class of this name; correct it, or put its jar into the folder components.";
    }
    if (message.contains("Property with key")) {
      return "Set the key in config/local.properties, or write {{key:default}}.";
    }
    if (root instanceof MethodNotFoundException method) {
      return methods(method);
    }
    if (message.contains("Unknown node id")) {
      return "Write one of Camel's steps there, such as to, bean, log, setBody, filter, choice or"
          + " split, or beans, route or onException at the beginning of a file.";
    }
    if (PARSED.matcher(message).find()) {
      return "Correct the spelling or the indentation there; indent with spaces, not with tabs.";
    }
    if (message.contains("expected symbol")) {
      return "Correct the expression; every ${ needs its }.";
    }
    if (message.contains("Multiple consumers")) {
      return "Only one route can begin there: let yours begin at an endpoint of its own, or switch"
          + " the other one off with routes.off.";
    }
    if (message.contains("couldn't be set on the endpoint")) {
      return "Correct or remove the parameters that the message shows in [...].";
    }
    return "";
  }

  private Set<String> components() {
    Set<String> names = new TreeSet<>(UNUSED);
    names.addAll(context.getComponentNames());
    return names;
  }
}
