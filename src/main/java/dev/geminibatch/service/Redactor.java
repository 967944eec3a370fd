package dev.geminibatch.service;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Takes API keys out of texts that a person or a log may see.
 *
 * <p>The service repeats a suspended key in its error texts, so what comes from outside passes here
 * too. Whoever learns of a key tells it here once, at start.
 */
public final class Redactor {
  private static final Pattern GOOGLE_KEY = Pattern.compile("AIza[0-9A-Za-z_-]{30,}");
  private static final Set<String> SECRETS = ConcurrentHashMap.newKeySet();

  /** Shorter ones would redact ordinary words; no real key is that short. */
  private static final int SHORTEST_SECRET = 8;

  private Redactor() {}

  /** From now on this key appears nowhere. */
  public static void hide(ApiKey key) {
    if (key.reveal().length() >= SHORTEST_SECRET) {
      SECRETS.add(key.reveal());
    }
  }

  /** The text without any key. */
  public static String redact(String text) {
    if (text == null) {
      return null;
    }
    String redacted = text;
    for (String secret : SECRETS) {
      redacted = redacted.replace(secret, "[key]");
    }
    return redacted.contains("AIza") ? GOOGLE_KEY.matcher(redacted).replaceAll("[key]") : redacted;
  }
}
