package dev.geminibatch.camel;

import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.ProxyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.Credentials;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * Has downloads of files go through the proxies.
 *
 * <p>A proxy looks the host up itself, so its address cannot be checked when it is connected to. It
 * is checked as this machine knows it; a host that this machine does not know is the proxy's to
 * judge.
 */
final class MediaProxies implements HttpClientConfigurer {
  private static final String THROUGH = "gemini-batch.through-proxy";

  private final Proxies proxies;

  /** Those in use, by host and port. They may be in the local network, as no other host may. */
  private final Map<String, ProxyServer> used = new ConcurrentHashMap<>();

  MediaProxies(Proxies proxies) {
    this.proxies = proxies;
  }

  /** What a proxy says for itself. */
  static final class ProxyFailure extends IOException {
    private static final long serialVersionUID = 1L;

    ProxyFailure(String message) {
      super(message);
    }
  }

  /** The proxy on the way to an address. */
  Optional<ProxyServer> server(URI address) {
    return proxies.server(address);
  }

  /** Whether a host is that of a proxy in use. */
  boolean isProxy(String host) {
    return used.values().stream().anyMatch(proxy -> proxy.host().equalsIgnoreCase(host));
  }

  @Override
  public void configureHttpClient(HttpClientBuilder client) {
    client
        .setRoutePlanner(new Planner())
        .setDefaultCredentialsProvider((scope, context) -> login(scope))
        .addExecInterceptorBefore(ChainElement.CONNECT.name(), "to-proxy", this::toProxy)
        .addExecInterceptorAfter(
            ChainElement.CONNECT.name(), "through-proxy", MediaProxies::throughProxy);
  }

  private static String place(String host, int port) {
    return host.toLowerCase(Locale.ROOT) + " " + port;
  }

  private Credentials login(AuthScope scope) {
    return Optional.ofNullable(used.get(place(scope.getHost(), scope.getPort())))
        .flatMap(ProxyServer::login)
        .map(login -> new UsernamePasswordCredentials(login.user(), login.password().toCharArray()))
        .orElse(null);
  }

  /** The answer of a proxy to the request for a tunnel looks like the host's, and is not. */
  private ClassicHttpResponse toProxy(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    scope.clientContext.removeAttribute(THROUGH);
    ClassicHttpResponse response = chain.proceed(request, scope);
    HttpHost proxy = scope.route.getProxyHost();
    if (proxy == null
        || !scope.route.isTunnelled()
        || scope.clientContext.getAttribute(THROUGH) != null) {
      return response;
    }
    response.close();
    ProxyServer server = used.get(place(proxy.getHostName(), proxy.getPort()));
    if (response.getCode() == 407) {
      throw new ProxyFailure(server.refusal());
    }
    throw new IOException(server + " answers with HTTP " + response.getCode());
  }

  private static ClassicHttpResponse throughProxy(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    scope.clientContext.setAttribute(THROUGH, true);
    return chain.proceed(request, scope);
  }

  private final class Planner extends SystemDefaultRoutePlanner {
    Planner() {
      super(proxies);
    }

    @Override
    protected HttpHost determineProxy(HttpHost target, HttpContext context) throws HttpException {
      Optional<ProxyServer> server = proxies.server(URI.create(target.toURI()));
      if (server.isEmpty()) {
        return super.determineProxy(target, context);
      }
      checkAsKnownHere(target.getHostName());
      used.put(place(server.get().host(), server.get().port()), server.get());
      return new HttpHost(server.get().host(), server.get().port());
    }

    private static void checkAsKnownHere(String host) throws HttpException {
      try {
        for (InetAddress address : InetAddress.getAllByName(host)) {
          if (PublicAddresses.isPrivate(address)) {
            throw new HttpException(PublicAddresses.refusal(host));
          }
        }
      } catch (UnknownHostException e) {
        // behind a proxy, names of the outside need not be known
      }
    }
  }
}
