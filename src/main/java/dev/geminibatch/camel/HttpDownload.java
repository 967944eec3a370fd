package dev.geminibatch.camel;

import dev.geminibatch.media.RemoteMedia;
import dev.geminibatch.service.ProxyServer;
import dev.geminibatch.service.ServiceFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.hc.client5.http.ConnectTimeoutException;

/** Downloads by the route {@code fetch}. */
final class HttpDownload implements RemoteMedia.Download {
  private final ProducerTemplate template;
  private final MediaProxies proxies;

  HttpDownload(ProducerTemplate template, MediaProxies proxies) {
    this.template = template;
    this.proxies = proxies;
  }

  @Override
  public RemoteMedia.Answer get(URI address) throws IOException {
    Exchange answer =
        template.request(
            "direct:fetch",
            exchange -> exchange.getMessage().setHeader(Exchange.HTTP_URI, address.toString()));
    boolean isOver = proxies.deadline().end();
    if (answer.getException() != null && isOver) {
      throw proxies.deadline().failure();
    }
    if (answer.getException() != null) {
      throw failure(address, answer.getException());
    }
    return new RemoteMedia.Answer(
        answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class),
        Optional.ofNullable(answer.getMessage().getHeader("Location", String.class)),
        Optional.ofNullable(answer.getProperty("stored", Path.class)));
  }

  /**
   * What a failed download means. A proxy that cannot be reached, or that wants another password,
   * says nothing about the file: then the run waits, as it does for the service.
   */
  private IOException failure(URI address, Exception thrown) {
    Throwable cause = innermost(thrown);
    Optional<ProxyServer> proxy = proxies.server(address);
    boolean isProxyLost =
        cause instanceof ConnectException
            || cause instanceof UnknownHostException
            || thrown instanceof ConnectTimeoutException;
    if (proxy.isEmpty()) {
      return new IOException(cause.getMessage(), thrown);
    }
    if (cause instanceof MediaProxies.ProxyFailure) {
      throw unreachable(cause.getMessage(), cause);
    }
    if (isProxyLost) {
      throw unreachable(
          address.getHost()
              + " cannot be reached through "
              + proxy.get()
              + ": "
              + cause.getMessage(),
          cause);
    }
    return new IOException(cause.getMessage() + " (through " + proxy.get() + ")", thrown);
  }

  private static ServiceFailure unreachable(String message, Throwable cause) {
    return new ServiceFailure(
        ServiceFailure.Kind.UNREACHABLE, "UNREACHABLE", message, Optional.empty(), cause);
  }

  private static Throwable innermost(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
