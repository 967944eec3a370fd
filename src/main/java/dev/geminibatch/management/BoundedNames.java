package dev.geminibatch.management;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Visible;
import java.util.HashMap;
import java.util.Map;

/**
 * Names that come from outside as values of a label: the first so many are themselves, all further
 * ones are {@code other}. A thousand models in the lines of an input must not fill a monitoring
 * system.
 */
final class BoundedNames {
  static final String OTHER = "other";
  private static final int LONGEST = 100;

  private final int most;
  private final Map<String, String> shown = new HashMap<>();

  BoundedNames(int most) {
    this.most = most;
  }

  /** What a name is called. */
  synchronized String of(String name) {
    String known = shown.get(name);
    if (known != null) {
      return known;
    }
    String label = Amounts.shortened(Visible.line(name), LONGEST);
    if (shown.size() >= most || label.isBlank()) {
      return OTHER;
    }
    shown.put(name, label);
    return label;
  }
}
