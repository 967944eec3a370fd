package dev.geminibatch.camel;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

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
  /** More than all that measure a daemon need. */
  static final int MOST = 64;

  private final Vertx vertx;
  private final Set<HttpConnection> open = new LinkedHashSet<>();

  FewConnections(Vertx vertx) {
    this.vertx = vertx;
  }

  /** The same Vert.x, with such servers. */
  Vertx vertx() {
    return (Vertx)
        Proxy.newProxyInstance(
            FewConnections.class.getClassLoader(), new Class<?>[] {VertxInternal.class}, this);
  }

  /** Somebody else sees to it that there are few of these, which stay open: they do not count. */
  synchronized void keep(HttpConnection connection) {
    open.remove(connection);
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
    add(connection).ifPresent(HttpConnection::close);
  }

  private synchronized Optional<HttpConnection> add(HttpConnection connection) {
    open.add(connection);
    if (open.size() <= MOST) {
      return Optional.empty();
    }
    HttpConnection oldest = open.iterator().next();
    open.remove(oldest);
    return Optional.of(oldest);
  }

  private synchronized void closed(HttpConnection connection) {
    open.remove(connection);
  }
}
