package dev.geminibatch.camel;

import dev.geminibatch.media.PublicAddress;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.ProxyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
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
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * Has downloads of files go through the proxies, and end in time.
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

  private final DownloadDeadline deadline;

  /**
   * @param mostTime of one download
   */
  MediaProxies(Proxies proxies, Duration mostTime) {
    this.proxies = proxies;
    this.deadline = new DownloadDeadline(mostTime);
  }

  /** What a proxy says for itself. */
  static final class ProxyFailure extends IOException {
    private static final long serialVersionUID = 1L;

    ProxyFailure(String message) {
      super(message);
    }
  }

  /** Ends downloads. */
  DownloadDeadline deadline() {
    return deadline;
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
        .setRetryStrategy(new BriefRetry())
        .addExecInterceptorFirst("deadline", deadline)
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

  /** A host that asks for patience gets a little of it. */
  private static final class BriefRetry extends DefaultHttpRequestRetryStrategy {
    private static final TimeValue LONGEST = TimeValue.ofSeconds(5);

    @Override
    public TimeValue getRetryInterval(HttpResponse response, int count, HttpContext context) {
      TimeValue asked = super.getRetryInterval(response, count, context);
      return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
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
          if (!PublicAddress.is(address)) {
            throw new HttpException(PublicDns.refusal(host));
          }
        }
      } catch (UnknownHostException e) {
        // behind a proxy, names of the outside need not be known
      }
    }
  }
}
