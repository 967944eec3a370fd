package dev.geminibatch.camel;

import dev.geminibatch.media.PublicAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Finds the addresses of hosts, and none but those of the public Internet. It is asked by the
 * connection itself, so a name that changes its address in between gains nothing.
 */
final class PublicDns implements DnsResolver {
  private final Predicate<String> exceptions;

  PublicDns() {
    this(host -> false);
  }

  /**
   * As above, but for some hosts.
   *
   * @param exceptions hosts of the local network that may be connected to: proxies
   */
  PublicDns(Predicate<String> exceptions) {
    this.exceptions = exceptions;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] addresses = InetAddress.getAllByName(host);
    for (InetAddress address : addresses) {
      if (!PublicAddress.is(address) && !exceptions.test(host)) {
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
        + " has an address of your local network, or one that is not public; files are fetched from"
        + " public addresses only";
  }
}
