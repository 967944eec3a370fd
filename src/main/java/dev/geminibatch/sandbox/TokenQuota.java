package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.UsageException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many tokens the active jobs of a model may put in, for each project: by the service's tiers,
 * or by model as one likes. Without either there is no limit.
 */
public final class TokenQuota {
  private static final long K = 1_000;
  private static final long M = 1_000_000;
  private static final long G = 1_000_000_000;

  /** The limits of the models whose names begin so; the first matching row applies. */
  private record Row(String model, long... tiers) {}

  /** The service's limits of 2026-09-12. */
  private static final List<Row> TIERS =
      List.of(
          new Row("gemini-2.5-pro-preview-tts", 25 * K, 100 * K, M),
          new Row("gemini-2.5-pro-tts", 25 * K, 100 * K, M),
          new Row("gemini-2.5-flash-preview-tts", 100 * K, 100 * K, 4 * M),
          new Row("gemini-2.5-flash-tts", 100 * K, 100 * K, 4 * M),
          new Row("gemini-3.1-flash-lite-image", 2 * M, 270 * M, G),
          new Row("gemini-3.1-flash-image", M, 250 * M, 750 * M),
          new Row("gemini-3-pro-image", 2 * M, 270 * M, G),
          new Row("gemini-embedding", 500 * K, 5 * M, 10 * M),
          new Row("gemini-2.0-flash", 10 * M, G, 5 * G),
          new Row("gemini-3.5-flash-lite", 10 * M, 500 * M, G),
          new Row("gemini-3.1-flash-lite", 10 * M, 500 * M, G),
          new Row("gemini-2.5-flash-lite", 10 * M, 500 * M, G),
          new Row("gemini-3.1-pro", 5 * M, 500 * M, G),
          new Row("gemini-2.5-pro", 5 * M, 500 * M, G),
          new Row("", 3 * M, 400 * M, G));

  private final Map<String, Long> byModel = new ConcurrentHashMap<>();
  private volatile int tier;

  /**
   * Sets a limit.
   *
   * @param text {@code tier=1}, {@code gemini-2.5-pro=1000000}, {@code 250k} for every model that
   *     has no limit of its own
   */
  public void set(String text) {
    int sign = text.indexOf('=');
    String name = text.substring(0, Math.max(0, sign)).strip().replaceFirst("^models/", "");
    String value = text.substring(sign + 1).strip();
    if (name.equals("tier")) {
      if (!value.matches("[1-3]")) {
        throw new UsageException("The tier is \"" + value + "\"; write 1, 2 or 3.");
      }
      tier = Integer.parseInt(value);
      return;
    }
    byModel.put(name, tokens(text, value));
  }

  private static long tokens(String text, String value) {
    if (!value.matches("\\d{1,12}[kKmMgG]?")) {
      throw new UsageException(
          "The tokens are \""
              + text
              + "\"; write a model and a number, for example gemini-2.5-pro=1000000, or 250k for all"
              + " models.");
    }
    char unit = Character.toLowerCase(value.charAt(value.length() - 1));
    long factor = unit == 'k' ? K : unit == 'm' ? M : unit == 'g' ? G : 1;
    return Long.parseLong(value.replaceFirst("\\D$", "")) * factor;
  }

  /** Sets all of the limits, or none if one of them is wrong. */
  public void setAll(List<String> texts) {
    texts.forEach(new TokenQuota()::set);
    texts.forEach(this::set);
  }

  /** The limits as they were set. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (tier > 0) {
      json.put("tier", tier);
    }
    byModel.forEach((model, tokens) -> json.put(model.isEmpty() ? "all" : model, tokens));
    return json;
  }

  /** Takes every limit away. */
  public void clear() {
    byModel.clear();
    tier = 0;
  }

  /** The most that the active jobs of a model may put in, if there is a limit. */
  OptionalLong limit(String model) {
    String name = model.replaceFirst("^models/", "");
    Long own = byModel.getOrDefault(name, byModel.get(""));
    if (own != null) {
      return OptionalLong.of(own);
    }
    int now = tier; // may be changed over HTTP in the meantime
    return now == 0
        ? OptionalLong.empty()
        : TIERS.stream()
            .filter(row -> name.startsWith(row.model()))
            .mapToLong(row -> row.tiers()[now - 1])
            .findFirst();
  }
}
