package dev.geminibatch.window;

import dev.geminibatch.management.AccessGuard.Right;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A request of a browser or another client, as far as the window needs it.
 *
 * @param path without its query, decoded
 * @param query the first value of each name
 * @param form the fields of a form, or of a flat JSON object, that was sent; empty if none was
 * @param headers by lower-case names
 * @param right what whoever sent it may do
 * @param address from which it came
 */
public record WebRequest(
    String method,
    String path,
    Map<String, String> query,
    Map<String, String> form,
    Map<String, String> headers,
    Right right,
    String address) {
  private static final List<String> SIMPLE =
      List.of("application/x-www-form-urlencoded", "multipart/form-data", "text/plain");

  /** The same with the fields of a form. */
  public WebRequest withForm(Map<String, String> fields) {
    return new WebRequest(method, path, query, fields, headers, right, address);
  }

  /**
   * A number of the query; empty if it is not there.
   *
   * @throws BadRequest when it is anything else
   */
  OptionalInt number(String name, int least, int most) {
    String text = query.get(name);
    if (text == null) {
      return OptionalInt.empty();
    }
    if (text.matches("\\d{1,9}")
        && Integer.parseInt(text) >= least
        && Integer.parseInt(text) <= most) {
      return OptionalInt.of(Integer.parseInt(text));
    }
    throw new BadRequest("\"" + name + "\" must be a number from " + least + " to " + most + ".");
  }

  /** A page of somebody else cannot send this type without being asked first. */
  boolean isJson() {
    return headers.getOrDefault("content-type", "").startsWith("application/json");
  }

  /** What a page of somebody else can make a browser send without being asked first, and more. */
  boolean mayBeOfForm() {
    String type = headers.getOrDefault("content-type", "").toLowerCase(Locale.ROOT).strip();
    return SIMPLE.stream().anyMatch(type::startsWith) || type.isEmpty();
  }

  /** How long what it brings is; empty if it does not say. */
  OptionalLong length() {
    String length = headers.getOrDefault("content-length", "");
    return length.matches("\\d{1,18}")
        ? OptionalLong.of(Long.parseLong(length))
        : OptionalLong.empty();
  }

  /** Whether what it brings has parts, one of which may be a file. */
  public boolean isMultipart() {
    return headers
        .getOrDefault("content-type", "")
        .toLowerCase(Locale.ROOT)
        .startsWith("multipart/form-data");
  }

  /** Whether a browser sent it: they say on behalf of which page. */
  boolean isOfBrowser() {
    return headers.containsKey("origin") || headers.containsKey("sec-fetch-site");
  }

  boolean isPost() {
    return method.equals("POST");
  }

  /** Whether it only asks for something. */
  boolean isReading() {
    return method.equals("GET") || method.equals("HEAD");
  }
}
