package dev.geminibatch.service;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Which proxy leads to an address. What is not configured here is as Java has it: {@code
 * -Dhttps.proxyHost}, {@code -DsocksProxyHost}, or the system's settings with {@code
 * -Djava.net.useSystemProxies=true}.
 */
public final class Proxies extends ProxySelector {
  private final Optional<ProxyServer> http;
  private final Optional<ProxyServer> https;
  private final NoProxy exceptions;

  /**
   * The proxies that are configured.
   *
   * @param http leads to addresses with {@code http:}, if there is one
   * @param https leads to addresses with {@code https:}
   * @param exceptions hosts that are reached directly, as in {@code NO_PROXY}
   */
  public Proxies(Optional<ProxyServer> http, Optional<ProxyServer> https, String exceptions) {
    this.http = http;
    this.https = https;
    this.exceptions = new NoProxy(exceptions);
  }

  /** None but Java's own. */
  public static Proxies none() {
    return new Proxies(Optional.empty(), Optional.empty(), "");
  }

  /** The HTTP proxy on the way to an address, if there is one. */
  public Optional<ProxyServer> server(URI address) {
    Optional<ProxyServer> configured = configured(address);
    return configured.isPresent()
        ? configured.filter(server -> !exceptions.holds(host(address), port(address)))
        : ofJava(address).stream()
            .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
            .findFirst()
            .map(proxy -> named((InetSocketAddress) proxy.address(), scheme(address)));
  }

  @Override
  public List<Proxy> select(URI address) {
    return configured(address).isPresent()
        ? List.of(server(address).map(ProxyServer::toJava).orElse(Proxy.NO_PROXY))
        : ofJava(address);
  }

  @Override
  public void connectFailed(URI address, SocketAddress proxy, IOException why) {
    // Whoever called says so; another way is not tried.
  }

  private Optional<ProxyServer> configured(URI address) {
    return scheme(address).equals("https") ? https : http;
  }

  private static List<Proxy> ofJava(URI address) {
    ProxySelector selector = ProxySelector.getDefault();
    return selector == null ? List.of(Proxy.NO_PROXY) : selector.select(address);
  }

  private static ProxyServer named(InetSocketAddress proxy, String scheme) {
    Optional<ProxyServer.Login> login =
        Optional.ofNullable(System.getProperty(scheme + ".proxyUser"))
            .map(
                user ->
                    new ProxyServer.Login(user, System.getProperty(scheme + ".proxyPassword", "")));
    return new ProxyServer(
        proxy.getHostString(), proxy.getPort(), login, "-D" + scheme + ".proxyHost");
  }

  private static String scheme(URI address) {
    return "https".equalsIgnoreCase(address.getScheme()) ? "https" : "http";
  }

  private static String host(URI address) {
    return address.getHost() == null ? "" : address.getHost(); // as of a name with an underscore
  }

  private static int port(URI address) {
    return address.getPort() >= 0 ? address.getPort() : scheme(address).equals("https") ? 443 : 80;
  }

  @Override
  public String toString() {
    return "http: " + http + ", https: " + https;
  }
}
