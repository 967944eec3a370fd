package dev.geminibatch.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.io.Amounts;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes API keys and passwords out of texts that a person or a log may see.
 *
 * <p>The service repeats a suspended key in its error texts, so what comes from outside passes here
 * too. Whoever learns of a secret tells it here once, at start.
 *
 * <p>A secret of at least {@value #LONG} characters goes wherever it stands, also percent-encoded
 * or in Base64. A shorter one, which no real service gives but a sandbox takes, may be a part of
 * any word. It goes where it stands alone and is not a plain word or number, and wherever a key can
 * stand: in a header, in the query of an address, in a field, behind the word "key".
 */
public final class Redactor {
  private static final Pattern GOOGLE_KEY = Pattern.compile("AIza[0-9A-Za-z_-]{30,}");
  private static final int LONG = 8;
  private static final String STAND_IN = "[key]";

  /** What stands before a key, up to its quote. */
  private static final String BEFORE_A_KEY =
      "(?i:(?:key|token|bearer|basic|password|authorization)(?:[^:=\\n]{0,24}[:=]|\\s+is)?\\s*"
          + "[\"'\\\\(<\\[]{0,3})";

  private static final String ALONE_BEFORE = "(?<![\\w.%+/@~\\\\-])";
  private static final String ALONE_AFTER = "(?![\\w%+/@~-]|[.]\\w)";

  private static final Set<String> KNOWN = new CopyOnWriteArraySet<>();
  private static volatile List<Secret> secrets = List.of();

  private Redactor() {}

  /** A spelling of a secret. */
  private record Secret(String text, Pattern pattern) {
    static Secret of(String text) {
      return new Secret(text, text.length() < LONG ? ofShort(text) : null);
    }

    private static Pattern ofShort(String text) {
      String quoted = Pattern.quote(text);
      boolean isWord = text.length() < 3 || text.matches("[A-Za-z]+|\\d+");
      return Pattern.compile(
          "(" + BEFORE_A_KEY + ")" + quoted + ALONE_AFTER + (isWord ? "" : alone(quoted)));
    }

    private static String alone(String quoted) {
      return "|" + ALONE_BEFORE + "()" + quoted + ALONE_AFTER;
    }

    String removedFrom(String from) {
      if (!from.contains(text)) {
        return from;
      }
      if (pattern == null) {
        return from.replace(text, STAND_IN);
      }
      return pattern
          .matcher(from)
          .replaceAll(
              found ->
                  Matcher.quoteReplacement(found.group(1) == null ? "" : found.group(1))
                      + Matcher.quoteReplacement(STAND_IN));
    }
  }

  /** From now on this key appears nowhere. */
  public static void hide(ApiKey key) {
    hide(key.reveal());
  }

  /** From now on neither this password appears nor what a header makes of it. */
  public static void hideLogin(String user, String password) {
    if (!password.isEmpty()) {
      hide(password);
      hide(user + ":" + password);
    }
  }

  /** Hides what a client of this program must bring. */
  public static void hideToken(String token) {
    hide(token);
  }

  private static synchronized void hide(String secret) {
    if (!KNOWN.add(secret)) {
      return;
    }
    Set<String> spellings = new LinkedHashSet<>();
    for (String each : KNOWN) {
      byte[] bytes = each.getBytes(UTF_8);
      String encoded = URLEncoder.encode(each, UTF_8);
      spellings.add(each);
      spellings.add(encoded);
      spellings.add(encoded.replace("+", "%20"));
      spellings.add(lowerCase(encoded));
      spellings.add(lowerCase(encoded.replace("+", "%20")));
      spellings.add(each.replace("\\", "\\\\").replace("\"", "\\\""));
      spellings.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
      spellings.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
    List<Secret> all = new ArrayList<>();
    spellings.stream()
        .sorted(Comparator.comparing(String::length).reversed()) // one may be a part of another
        .forEach(spelling -> all.add(Secret.of(spelling)));
    secrets = List.copyOf(all);
  }

  /** Some programs write %2f, others %2F. */
  private static String lowerCase(String encoded) {
    return Pattern.compile("%[0-9A-F]{2}")
        .matcher(encoded)
        .replaceAll(found -> found.group().toLowerCase(Locale.ROOT));
  }

  /**
   * The text without any secret. To be asked before a text is shortened, see {@link #shortened}:
   * half a key would not be found.
   */
  public static String redact(String text) {
    if (text == null) {
      return null;
    }
    String redacted = text;
    for (Secret secret : secrets) {
      redacted = secret.removedFrom(redacted);
    }
    return redacted.contains("AIza") ? GOOGLE_KEY.matcher(redacted).replaceAll(STAND_IN) : redacted;
  }

  /** The text without any secret, then truncated as by {@link Amounts#shortened}. */
  public static String shortened(String text, int most) {
    return Amounts.shortened(redact(text), most);
  }
}
