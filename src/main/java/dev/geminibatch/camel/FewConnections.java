package dev.geminibatch.camel;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes HTTP servers that have few connections open at once. Each connection takes a file handle,
 * and without handles the program can neither take files nor load its own classes: whoever reaches
 * the port could stop it, without any token. Where one too many comes, the oldest is closed. A
 * request takes milliseconds, so that is one that says nothing.
 *
 * <p>Camel makes the server itself and has no setting for this, so it gets a Vert.x that makes such
 * servers.
 */
final class FewConnections implements InvocationHandler {
  private static final Logger LOG = LoggerFactory.getLogger("management");

  /**
   * More than all that measure a daemon need, and enough for as many streams as there may be when
   * all of them come at once: a connection counts until its request has been read.
   */
  static final int MOST = EventStreams.MOST + 64;

  private final Vertx vertx;
  private final Set<HttpConnection> open = new LinkedHashSet<>();
  private final Set<HttpConnection> counted = new LinkedHashSet<>();

  FewConnections(Vertx vertx) {
    this.vertx = vertx;
  }

  /** The same Vert.x, with such servers. */
  Vertx vertx() {
    return (Vertx)
        Proxy.newProxyInstance(
            FewConnections.class.getClassLoader(), new Class<?>[] {VertxInternal.class}, this);
  }

  /**
   * The connection of an exchange does not count until that has ended: it has something to say for
   * long, and somebody else sees to it that there are few of these.
   */
  void keep(RoutingContext exchange) {
    HttpConnection connection = exchange.request().connection();
    synchronized (this) {
      counted.remove(connection);
    }
    exchange.addEndHandler(ended -> count(connection).ifPresent(HttpConnection::close));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    try {
      if (method.getName().equals("createHttpServer")
          && arguments != null
          && arguments[0] instanceof HttpServerOptions options) {
        // Where a client may choose HTTP/2, a connection counts only after its first request.
        HttpServer server = vertx.createHttpServer(options.setHttp2ClearTextEnabled(false));
        return server.connectionHandler(this::opened);
      }
      return method.invoke(vertx, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void opened(HttpConnection connection) {
    connection.closeHandler(nothing -> closed(connection));
    // Else Vert.x logs an error when a client leaves in the middle of a file.
    connection.exceptionHandler(e -> LOG.debug("A client has left", e));
    synchronized (this) {
      open.add(connection);
    }
    count(connection).ifPresent(HttpConnection::close);
  }

  /** Gives the one that is too many. */
  private synchronized Optional<HttpConnection> count(HttpConnection connection) {
    if (open.contains(connection)) {
      counted.add(connection);
    }
    if (counted.size() <= MOST) {
      return Optional.empty();
    }
    HttpConnection oldest = counted.iterator().next();
    counted.remove(oldest);
    return Optional.of(oldest);
  }

  private synchronized void closed(HttpConnection connection) {
    open.remove(connection);
    counted.remove(connection);
  }
}
