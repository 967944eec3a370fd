package dev.geminibatch.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The style of all pages, and the script of one. Both are ours, and no page allows any other.
 *
 * @param scriptHash by which a page's policy allows the script
 */
public record Look(String style, String script, String scriptHash) {
  private static final Map<String, Look> KNOWN = new ConcurrentHashMap<>();

  /**
   * Reads them once; they are small.
   *
   * @param script its name in the resources
   */
  public static Look read(Class<?> neighbour, String script) throws IOException {
    Look known = KNOWN.get(script);
    if (known != null) {
      return known;
    }
    String text = resource(neighbour, script);
    String hash = Base64.getEncoder().encodeToString(Sha256.digest().digest(text.getBytes(UTF_8)));
    Look look = new Look(css(), text, "sha256-" + hash);
    KNOWN.put(script, look);
    return look;
  }

  /**
   * The style of all pages, and more for some of them.
   *
   * @param more its name in the resources
   */
  public static String css(Class<?> neighbour, String more) throws IOException {
    return css() + resource(neighbour, more);
  }

  private static String css() throws IOException {
    return resource(Look.class, "/page/style.css");
  }

  private static String resource(Class<?> neighbour, String name) throws IOException {
    try (InputStream in = neighbour.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
