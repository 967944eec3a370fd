package dev.geminibatch.sandbox;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keeps pages in a browser on this machine from steering the sandbox: a page of another site, and
 * one whose host's name has been pointed at this machine.
 */
final class ForeignPages {
  /**
   * A header that neither a form nor a link can send; a script needs leave, which it never gets.
   */
  private static final String HEADER = "X-Sandbox";

  /** Names that mean this machine to everybody, with any port. */
  private static final Pattern HERE =
      Pattern.compile("(?:127\\.0\\.0\\.1|localhost|\\[::1\\])(?::\\d{1,5})?");

  private ForeignPages() {}

  /** Why a request to the sandbox's control is refused, with what to do about it. */
  static Optional<String> refusal(HttpExchange http) {
    Headers headers = http.getRequestHeaders();
    List<String> hosts = headers.getOrDefault("Host", List.of());
    if (hosts.size() != 1 || !isHere(hosts.get(0))) {
      return Optional.of(
          "The sandbox's control is for this machine: address it as 127.0.0.1 or localhost.");
    }
    String site = headers.getFirst("Sec-Fetch-Site");
    boolean isForeign = site != null && !site.equals("same-origin") && !site.equals("none");
    if (isForeign
        || !headers.getOrDefault("Origin", List.of()).stream()
            .allMatch(origin -> isSame(origin, hosts.get(0)))) {
      return Optional.of("The sandbox's control does not answer pages of other sites.");
    }
    boolean isHarmless = List.of("GET", "HEAD").contains(http.getRequestMethod());
    if (!isHarmless && headers.getOrDefault(HEADER, List.of()).stream().allMatch(String::isBlank)) {
      return Optional.of(
          "The header "
              + HEADER
              + " is missing, which keeps web pages out. Add it: curl -X "
              + (http.getRequestMethod().equals("DELETE") ? "DELETE" : "POST -d '...'")
              + " -H '"
              + HEADER
              + ": 1' http://"
              + hosts.get(0)
              + (http.getRequestURI().getPath().matches("[/\\w-]+")
                  ? http.getRequestURI().getPath()
                  : "/sandbox"));
    }
    return Optional.empty();
  }

  private static boolean isHere(String host) {
    return HERE.matcher(host.strip().toLowerCase(Locale.ROOT)).matches();
  }

  private static boolean isSame(String origin, String host) {
    return origin.strip().equalsIgnoreCase("http://" + host.strip());
  }
}
