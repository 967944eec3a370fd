package dev.geminibatch.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement with a {@code ?} for each of its parameters, which may have been {@code :name},
 * outside quotes.
 *
 * @param names of the parameters that have one, in their order; a statement has names or none
 */
record NamedParameters(String sql, List<String> names) {
  private static final Pattern QUOTED_OR_NAME =
      Pattern.compile("'[^']*'|\"[^\"]*\"|:(?<name>\\w+)");

  /** Our statements are few. */
  private static final int MOST_KEPT = 500;

  private static final Map<String, NamedParameters> KNOWN = new ConcurrentHashMap<>();

  /** Finds them, or remembers them. */
  static NamedParameters of(String sql) {
    NamedParameters known = KNOWN.get(sql);
    if (known == null) {
      known = parse(sql);
      if (KNOWN.size() < MOST_KEPT) {
        KNOWN.put(sql, known);
      }
    }
    return known;
  }

  private static NamedParameters parse(String sql) {
    List<String> names = new ArrayList<>();
    StringBuilder parsed = new StringBuilder();
    Matcher each = QUOTED_OR_NAME.matcher(sql);
    while (each.find()) {
      if (each.group("name") != null) {
        names.add(each.group("name"));
        each.appendReplacement(parsed, "?");
      } else {
        each.appendReplacement(parsed, Matcher.quoteReplacement(each.group()));
      }
    }
    return new NamedParameters(each.appendTail(parsed).toString(), List.copyOf(names));
  }
}
