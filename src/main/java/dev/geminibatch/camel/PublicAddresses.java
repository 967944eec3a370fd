package dev.geminibatch.camel;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Finds the addresses of hosts, and none in the local network. It is asked by the connection
 * itself, so a name that changes its address in between gains nothing.
 */
final class PublicAddresses implements DnsResolver {
  private final Predicate<String> exceptions;

  PublicAddresses() {
    this(host -> false);
  }

  /**
   * As above, but for some hosts.
   *
   * @param exceptions hosts of the local network that may be connected to: proxies
   */
  PublicAddresses(Predicate<String> exceptions) {
    this.exceptions = exceptions;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] addresses = InetAddress.getAllByName(host);
    for (InetAddress address : addresses) {
      if (isPrivate(address) && !exceptions.test(host)) {
        throw new UnknownHostException(refusal(host));
      }
    }
    return addresses;
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return InetAddress.getByName(host).getCanonicalHostName();
  }

  static String refusal(String host) {
    return host
        + " has an address of your local network; files are fetched from public addresses only";
  }

  static boolean isPrivate(InetAddress address) {
    byte[] bytes = address.getAddress();
    int first = bytes[0] & 0xFF;
    int second = bytes[1] & 0xFF;
    boolean uniqueLocal = address instanceof Inet6Address && (first & 0xFE) == 0xFC;
    boolean carrier = bytes.length == 4 && first == 100 && (second & 0xC0) == 64;
    boolean thisNetwork = bytes.length == 4 && (first == 0 || first >= 240);
    return address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()
        || uniqueLocal
        || carrier
        || thisNetwork;
  }
}
