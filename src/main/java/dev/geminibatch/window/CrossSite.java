package dev.geminibatch.window;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Tells requests of our own pages from those that a page of somebody else makes a browser send.
 *
 * <p>Without tokens whoever is on the machine may act, and so may a page that has given its own
 * name our address (DNS rebinding): then the host that the browser asked for is that name, and no
 * name of this machine.
 */
final class CrossSite {
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> OURS = Set.of("same-origin", "none");

  private CrossSite() {}

  /**
   * Whether a request may come from somebody else's page.
   *
   * @param headers by lower-case names
   * @param isClosed whether requests bring a token, which such a page does not have
   */
  static boolean isForeign(Map<String, String> headers, boolean isClosed) {
    String host = headers.getOrDefault("host", "").toLowerCase(Locale.ROOT);
    return !isClosed && !THIS_MACHINE.contains(withoutPort(host));
  }

  /** The same of a request that changes something. */
  static boolean isForeignPost(Map<String, String> headers, boolean isClosed) {
    String site = headers.get("sec-fetch-site");
    String origin = headers.get("origin");
    return isForeign(headers, isClosed)
        || site != null && !OURS.contains(site)
        || origin != null && !isOrigin(origin, headers.getOrDefault("host", ""));
  }

  private static boolean isOrigin(String origin, String host) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && authority.equalsIgnoreCase(host);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String withoutPort(String host) {
    return host.replaceFirst(":\\d{1,5}$", "");
  }
}
