package dev.geminibatch.settings;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The extension points between the stages of the pipeline: keys of the configuration that name the
 * endpoints of a user's own routes.
 */
public final class Hooks {
  /** Where a run goes after a stage, and where unless the configuration says otherwise. */
  public static final Map<String, String> NEXT =
      Map.of(
          "stage.after-receive", "direct:inspect",
          "stage.after-inspect", "direct:upload",
          "stage.after-upload", "direct:assemble",
          "stage.after-assemble", "direct:submit",
          "stage.after-collect", "direct:deliver");

  /** Endpoints that change each line in turn, before anything checks it; none by default. */
  public static final String EACH_LINE = "stage.each-line";

  /** What is notified that something has happened: any number of endpoints, none by default. */
  public static final Set<String> NOTIFIED =
      Set.of("stage.after-submit", "stage.after-part", "stage.after-deliver", "stage.after-fail");

  private Hooks() {}

  /** Whether no route of a user is part of a run. */
  public static boolean areUnused(Map<String, String> stages) {
    return stages.entrySet().stream()
        .allMatch(hook -> hook.getValue().equals(NEXT.getOrDefault(hook.getKey(), "")));
  }

  /** Every key with what is set, or its default. */
  static Map<String, String> read(PropertySources properties) {
    Map<String, String> values = new TreeMap<>(NEXT);
    NOTIFIED.forEach(key -> values.put(key, ""));
    values.put(EACH_LINE, "");
    values.replaceAll((key, byDefault) -> properties.get(key).orElse(byDefault));
    return values;
  }
}
