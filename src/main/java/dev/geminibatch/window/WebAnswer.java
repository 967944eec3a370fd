package dev.geminibatch.window;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a request is answered with.
 *
 * @param headers besides those that every answer has
 */
public record WebAnswer(int status, Map<String, String> headers, Body body) {
  /** The type of an answer that stays open, for events as they happen. */
  public static final String EVENTS = "text/event-stream";

  /** Writes what is shown. */
  @FunctionalInterface
  public interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  /** A file, which whoever sends it need not hold in memory. */
  public record FileBody(Path file) implements Body {
    @Override
    public void writeTo(OutputStream out) throws IOException {
      Files.copy(file, out);
    }
  }

  /**
   * A file that a browser stores and does not show, whatever is in it.
   *
   * @param name under which it is stored
   */
  static WebAnswer download(String type, Path file, String name) {
    return of(200, type, new FileBody(file)).with("Content-Disposition", attachment(name));
  }

  /** A name as RFC 6266 writes it: for old clients what is left of it in ASCII. */
  private static String attachment(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9._ -]", "_");
    StringBuilder encoded = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      boolean isPlain = b > 0 && (Character.isLetterOrDigit(b) || b == '.' || b == '-' || b == '_');
      encoded.append(isPlain ? String.valueOf((char) b) : String.format("%%%02X", b));
    }
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
  }

  static WebAnswer of(int status, String type, Body body) {
    return new WebAnswer(status, Map.of("Content-Type", type), body);
  }

  /** Whether it stays open when its body is written. */
  public boolean isStream() {
    return EVENTS.equals(headers.get("Content-Type"));
  }

  /** The browser asks for another page, also after a form was posted. */
  static WebAnswer seeOther(String path) {
    return new WebAnswer(303, Map.of("Location", path), out -> {});
  }

  WebAnswer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new WebAnswer(status, more, body);
  }
}
