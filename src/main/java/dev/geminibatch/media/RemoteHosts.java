package dev.geminibatch.media;

import dev.geminibatch.io.UsageException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hosts that files may be fetched from.
 *
 * @param patterns {@code example.com}, {@code *.example.com}; empty for none
 */
public record RemoteHosts(List<String> patterns) {
  /**
   * A name whose last part is a number is an address to most programs, in a spelling that not all
   * of them read alike: {@code 127.1}, {@code 0177.0.0.1}, {@code 0x7f.1}, {@code 2130706433}.
   */
  private static final Pattern NUMBER =
      Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)\\.?", Pattern.CASE_INSENSITIVE);

  private static final Pattern PLAIN_NUMBER =
      Pattern.compile("(?:(?:0|[1-9]\\d{0,2})\\.){3}(?:0|[1-9]\\d{0,2})");
  private static final Pattern PLAIN_ADDRESS = Pattern.compile("\\[[0-9a-fA-F:.]+]");
  private static final Pattern LOCAL =
      Pattern.compile("(?:.*\\.)?localhost(?:\\.localdomain)?\\.?", Pattern.CASE_INSENSITIVE);

  /**
   * Checks the hosts as they are set.
   *
   * @param key of the setting
   * @throws UsageException when one of them could never be fetched from
   */
  public static RemoteHosts of(String key, List<String> patterns) {
    for (String pattern : patterns) {
      if (isLocal(pattern)) {
        throw new UsageException(
            key
                + " names "
                + pattern
                + ", which is not on the public Internet; files are fetched from public addresses"
                + " only. Name another host, or put the files below media.root.");
      }
      if (isOdd(pattern)) {
        throw new UsageException(
            key
                + " names "
                + pattern
                + ", an address that not every program reads alike; write the name of the host, or"
                + " its address as 192.0.2.1 or [2001:db8::1].");
      }
    }
    return new RemoteHosts(patterns);
  }

  /** Whether no host may be asked. */
  public boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** Whether a host may be asked. */
  boolean allow(String host) {
    return !isOdd(host) && patterns.stream().anyMatch(pattern -> matches(pattern, host));
  }

  private static boolean matches(String pattern, String host) {
    return pattern.startsWith("*.")
        ? host.toLowerCase(Locale.ROOT).endsWith(pattern.substring(1).toLowerCase(Locale.ROOT))
        : host.equalsIgnoreCase(pattern);
  }

  /** Whether a host is an address in a spelling of its own, or one with the name of a cable. */
  static boolean isOdd(String host) {
    return host.startsWith("[")
        ? !PLAIN_ADDRESS.matcher(host).matches()
        : NUMBER.matcher(host).matches() && !PLAIN_NUMBER.matcher(host).matches();
  }

  private static boolean isLocal(String host) {
    if (LOCAL.matcher(host).matches()) {
      return true;
    }
    boolean isSix = host.contains(":") && !host.contains("/");
    if (!NUMBER.matcher(host).matches() && !isSix) {
      return false; // a name; it is asked for when it is needed
    }
    try {
      return !PublicAddress.is(InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
