package dev.geminibatch.service;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hosts that are reached without a proxy, as {@code NO_PROXY} lists them.
 *
 * <p>The rules are curl's and Go's: {@code example.com}, {@code .example.com} and {@code
 * *.example.com} mean the host and all below it; an address means itself, {@code 10.0.0.0/8} a
 * network; {@code host:port} means one port, {@code *} everything. Entries are separated by commas
 * or spaces. This machine is no exception unless it is listed.
 */
final class NoProxy {
  private static final Pattern PORT = Pattern.compile("(.*?):(\\d{1,5})");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private final List<BiPredicate<String, Integer>> entries;

  NoProxy(String list) {
    this.entries =
        Arrays.stream(list.strip().split("[,;\\s]+"))
            .filter(entry -> !entry.isEmpty())
            .map(NoProxy::entry)
            .toList();
  }

  /** Whether a host is in the list; an IPv6 address may stand in brackets. */
  boolean holds(String host, int port) {
    String plain = plain(host);
    return entries.stream().anyMatch(entry -> entry.test(plain, port));
  }

  private static BiPredicate<String, Integer> entry(String text) {
    String entry = text.replaceFirst("(?i)^[a-z]+://", "").replaceFirst("/$", "");
    if (entry.equals("*")) {
      return (host, port) -> true;
    }
    if (entry.equals("<local>")) {
      return (host, port) -> host.indexOf('.') < 0 && host.indexOf(':') < 0;
    }
    Matcher withPort = PORT.matcher(entry);
    boolean isIpv6 = entry.indexOf(':') != entry.lastIndexOf(':') && !entry.startsWith("[");
    if (!isIpv6 && withPort.matches()) {
      BiPredicate<String, Integer> names = names(withPort.group(1));
      int only = Integer.parseInt(withPort.group(2));
      return (host, port) -> port == only && names.test(host, port);
    }
    return names(entry);
  }

  private static BiPredicate<String, Integer> names(String entry) {
    String[] network = entry.split("/", 2);
    String name = plain(network[0]);
    Optional<InetAddress> address = address(name);
    if (address.isPresent()) {
      byte[] bytes = address.get().getAddress();
      boolean isWhole = network.length < 2 || !network[1].matches("\\d{1,3}");
      int bits = isWhole ? bytes.length * 8 : Integer.parseInt(network[1]);
      return (host, port) -> address(host).filter(other -> isIn(bytes, bits, other)).isPresent();
    }
    String below = name.replaceFirst("^\\*?\\.", "");
    return (host, port) -> host.equals(below) || host.endsWith("." + below);
  }

  private static boolean isIn(byte[] network, int bits, InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length != network.length || bits > bytes.length * 8) {
      return false;
    }
    int shift = bytes.length * 8 - bits;
    return new BigInteger(1, bytes)
        .shiftRight(shift)
        .equals(new BigInteger(1, network).shiftRight(shift));
  }

  private static String plain(String host) {
    return host.replaceAll("[\\[\\]]", "").toLowerCase(Locale.ROOT).replaceFirst("[.]$", "");
  }

  /** An address that is written as one; no name is looked up. */
  private static Optional<InetAddress> address(String text) {
    if (!ADDRESS.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
