package dev.geminibatch.ledger;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Finds the parameters in our SQL: {@code :name} and {@code ?}, outside quotes.
 *
 * <p>Jdbi's own parser knows all of SQL, and is a program of its own kind to load and compile,
 * which took a tenth of the start.
 */
final class NamedParameters implements SqlParser {
  private static final Pattern QUOTED_OR_PARAMETER =
      Pattern.compile("'[^']*'|\"[^\"]*\"|\\?|:(?<name>\\w+)");

  /** Our statements are few. */
  private static final int MOST_KEPT = 500;

  private final Map<String, ParsedSql> known = new ConcurrentHashMap<>();

  @Override
  public ParsedSql parse(String sql, StatementContext context) {
    ParsedSql parsed = known.get(sql);
    if (parsed == null) {
      parsed = parse(sql);
      if (known.size() < MOST_KEPT) {
        known.put(sql, parsed);
      }
    }
    return parsed;
  }

  private static ParsedSql parse(String sql) {
    ParsedSql.Builder parsed = ParsedSql.builder();
    Matcher each = QUOTED_OR_PARAMETER.matcher(sql);
    int end = 0;
    while (each.find()) {
      parsed.append(sql.substring(end, each.start()));
      if (each.group("name") != null) {
        parsed.appendNamedParameter(each.group("name"));
      } else if (each.group().equals("?")) {
        parsed.appendPositionalParameter();
      } else {
        parsed.append(each.group());
      }
      end = each.end();
    }
    return parsed.append(sql.substring(end)).build();
  }

  @Override
  public String nameParameter(String name, StatementContext context) {
    return ":" + name;
  }
}
