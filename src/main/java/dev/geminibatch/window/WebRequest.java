package dev.geminibatch.window;

import dev.geminibatch.management.AccessGuard.Right;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A request of a browser or another client, as far as the window needs it.
 *
 * @param path without its query, decoded
 * @param query the first value of each name
 * @param form the fields of a form, or of a flat JSON object, that was sent; empty if none was
 * @param headers by lower-case names
 * @param right what whoever sent it may do
 */
public record WebRequest(
    String method,
    String path,
    Map<String, String> query,
    Map<String, String> form,
    Map<String, String> headers,
    Right right) {

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

  boolean isPost() {
    return method.equals("POST");
  }

  /** Whether it only asks for something. */
  boolean isReading() {
    return method.equals("GET") || method.equals("HEAD");
  }
}
