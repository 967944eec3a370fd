package dev.geminibatch.service.gemini;

import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.ProxyServer;
import java.io.IOException;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLException;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;

/**
 * The way to the service through a proxy, and what is said when it fails there.
 *
 * <p>User and password go with the first request already, so that nothing is sent twice. They go to
 * the proxy alone.
 */
final class ProxyAccess {
  private static final String AUTHORIZATION = "Proxy-Authorization";
  private static final String PREEMPTIVE = "OkHttp-Preemptive";

  private final Proxies proxies;

  ProxyAccess(Proxies proxies) {
    this.proxies = proxies;
  }

  /** Has every call of a client go through the proxies. */
  OkHttpClient.Builder on(OkHttpClient.Builder client) {
    return client
        .proxySelector(proxies)
        .proxyAuthenticator(this::authenticate)
        .addNetworkInterceptor(this::exchange);
  }

  /** Before a tunnel to an https address is asked for, and when that was refused. */
  private Request authenticate(Route route, Response response) throws IOException {
    Request request = response.request();
    boolean isAsked =
        response.challenges().stream().noneMatch(asked -> asked.scheme().equals(PREEMPTIVE));
    Optional<ProxyServer> proxy = proxies.server(request.url().uri());
    if (isAsked && proxy.isPresent()) {
      throw new ProxyRefusal(proxy.get());
    }
    return isAsked ? null : authorized(request, proxy);
  }

  private static Request authorized(Request request, Optional<ProxyServer> proxy) {
    return proxy
        .flatMap(ProxyServer::login)
        .map(
            login ->
                request
                    .newBuilder()
                    .header(
                        AUTHORIZATION,
                        Credentials.basic(login.user(), login.password(), StandardCharsets.UTF_8))
                    .build())
        .orElse(request);
  }

  /** An exchange with the proxy itself, where an http address is asked for. */
  private Response exchange(Interceptor.Chain chain) throws IOException {
    Request request = chain.request();
    Optional<ProxyServer> proxy =
        isWithProxy(chain) ? proxies.server(request.url().uri()) : Optional.empty();
    if (proxy.isPresent()) {
      // Simple proxies close the connection after an answer and do not say so.
      request = authorized(request, proxy).newBuilder().header("Connection", "close").build();
    }
    Response response = chain.proceed(request);
    if (response.code() == 407 && proxy.isPresent()) {
      response.close();
      throw new ProxyRefusal(proxy.get());
    }
    return response;
  }

  private static boolean isWithProxy(Interceptor.Chain chain) {
    Route route = chain.connection().route();
    return route.proxy().type() == Proxy.Type.HTTP && !route.requiresTunnel();
  }

  /** That the service cannot be reached, naming the proxy on the way to it. */
  String unreachable(HttpUrl service, String what, IOException e) {
    if (e instanceof ProxyRefusal) {
      return e.getMessage();
    }
    Optional<ProxyServer> proxy = proxies.server(service.uri());
    return "The service at "
        + service.scheme()
        + "://"
        + service.host()
        + ":"
        + service.port()
        + " "
        + what
        + proxy.map(server -> " through " + server).orElse("")
        + " ("
        + e.getClass().getSimpleName()
        + (e.getMessage() == null ? "" : ": " + e.getMessage())
        + ")"
        + remedy(service, proxy, e);
  }

  /** Who else may have answered, if an answer is not in the service's form. */
  String orProxy(HttpUrl service) {
    return proxies
        .server(service.uri())
        .map(server -> " (this may be an answer of " + server + " and not of the service)")
        .orElse("");
  }

  private static String remedy(HttpUrl service, Optional<ProxyServer> proxy, IOException e) {
    boolean isUntrusted =
        e instanceof SSLException && String.valueOf(e.getMessage()).contains("PKIX");
    if (isUntrusted) {
      return ". Java does not trust the certificate. If a proxy or a virus scanner opens encrypted"
          + " connections, name a trust store with its certificate:"
          + " -Djavax.net.ssl.trustStore=FILE before -jar";
    }
    boolean isHere = service.host().matches("localhost|127[.].*|::1");
    return proxy.isPresent() && isHere
        ? ". To reach this machine without the proxy, set NO_PROXY=" + service.host()
        : "";
  }

  /** A proxy that wants another user and password than it got. */
  private static final class ProxyRefusal extends IOException {
    private static final long serialVersionUID = 1L;

    ProxyRefusal(ProxyServer proxy) {
      super(proxy.refusal());
    }
  }
}
