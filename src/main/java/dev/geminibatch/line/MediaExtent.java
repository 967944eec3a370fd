package dev.geminibatch.line;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much there is of a picture, a document, a recording. What is not known is 0.
 *
 * @param width of a picture, in pixels
 * @param height of a picture, in pixels
 * @param pages of a document
 * @param millis of a recording
 */
public record MediaExtent(long width, long height, long pages, long millis) {
  public static final MediaExtent UNKNOWN = new MediaExtent(0, 0, 0, 0);

  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,10})x(\\d{1,10})|(\\d{1,15})(p|ms)|unknown");

  /** Of a picture. */
  public static MediaExtent pixels(long width, long height) {
    return width > 0 && height > 0 ? new MediaExtent(width, height, 0, 0) : UNKNOWN;
  }

  /** Of a document. */
  public static MediaExtent pages(long pages) {
    return new MediaExtent(0, 0, Math.max(0, pages), 0);
  }

  /** Of a recording. */
  public static MediaExtent seconds(double seconds) {
    boolean isLength = seconds > 0 && seconds < 1e9;
    return isLength ? new MediaExtent(0, 0, 0, Math.max(1, Math.round(seconds * 1e3))) : UNKNOWN;
  }

  /** As it is remembered: {@code 640x480}, {@code 12p}, {@code 3500ms}. */
  public String text() {
    return width > 0
        ? width + "x" + height
        : pages > 0 ? pages + "p" : millis > 0 ? millis + "ms" : "unknown";
  }

  /** Reads a {@link #text}; anything else is unknown. */
  public static MediaExtent parse(String text) {
    Matcher found = TEXT.matcher(text == null ? "" : text);
    if (!found.matches()) {
      return UNKNOWN;
    }
    if (found.group(1) != null) {
      return pixels(Long.parseLong(found.group(1)), Long.parseLong(found.group(2)));
    }
    if (found.group(3) == null) {
      return UNKNOWN;
    }
    long count = Long.parseLong(found.group(3));
    return found.group(4).equals("p") ? pages(count) : new MediaExtent(0, 0, 0, count);
  }
}
