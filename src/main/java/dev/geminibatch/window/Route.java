package dev.geminibatch.window;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An address of the window, and what answers there.
 *
 * @param method GET or POST; what answers GET answers HEAD, too
 * @param path its parts between slashes; a part in braces stands for anything and is a name
 */
record Route(String method, String path, Handler handler) {
  /** Answers requests of one address. */
  @FunctionalInterface
  interface Handler {
    /**
     * Answers.
     *
     * @param names what stands in the address for the parts in braces
     */
    WebAnswer answer(WebRequest request, Map<String, String> names);
  }

  static Route get(String path, Handler handler) {
    return new Route("GET", path, handler);
  }

  static Route post(String path, Handler handler) {
    return new Route("POST", path, handler);
  }

  /** What an address has for the names of this one; empty if it is another address. */
  Optional<Map<String, String>> names(String address) {
    List<String> wanted = parts(path);
    List<String> parts = parts(address);
    if (wanted.size() != parts.size()) {
      return Optional.empty();
    }
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      String part = wanted.get(i);
      if (part.startsWith("{")) {
        names.put(part.substring(1, part.length() - 1), parts.get(i));
      } else if (!part.equals(parts.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(names);
  }

  private static List<String> parts(String path) {
    return List.of(path.split("/", -1));
  }
}
