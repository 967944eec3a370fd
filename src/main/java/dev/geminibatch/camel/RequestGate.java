package dev.geminibatch.camel;

import dev.geminibatch.management.AccessGuard;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.AuthenticationHandler;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * Lets requests in that bring a token, and only short bodies of those that may change something.
 */
final class RequestGate implements AuthenticationHandler {
  /** Under which name an exchange carries the {@link AccessGuard.Right} of its request. */
  static final String RIGHT = "right";

  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private final AccessGuard guard;
  private final Predicate<String> isForWindow;
  private final Predicate<String> takesFile;

  /**
   * Guards a server.
   *
   * @param isForWindow whether a path is the window's, where requests may change something
   * @param takesFile whether a request to a path may bring a file, and have a body of any length
   */
  RequestGate(AccessGuard guard, Predicate<String> isForWindow, Predicate<String> takesFile) {
    this.guard = guard;
    this.isForWindow = isForWindow;
    this.takesFile = takesFile;
  }

  @Override
  public void handle(RoutingContext exchange) {
    HttpServerRequest request = exchange.request();
    String address = request.remoteAddress().hostAddress();
    AccessGuard.Right right = guard.right(request.getHeader(HttpHeaders.AUTHORIZATION));
    if (right == AccessGuard.Right.NONE) {
      Duration wait = guard.refuse(address);
      if (wait.isZero()) {
        refuse(exchange);
      } else {
        exchange.vertx().setTimer(wait.toMillis(), timer -> refuse(exchange));
      }
      return;
    }
    guard.admitted(address);
    exchange.put(RIGHT, right);
    if (!hasBody(request)) {
      exchange.next();
    } else if (right == AccessGuard.Right.READ) {
      end(exchange, FORBIDDEN);
    } else if (isForWindow(exchange) || bringsFile(exchange)) {
      exchange.next();
    } else {
      end(exchange, BAD_REQUEST);
    }
  }

  private boolean isForWindow(RoutingContext exchange) {
    HttpServerRequest request = exchange.request();
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.method().equals(HttpMethod.POST)
        && isForWindow.test(exchange.normalizedPath())
        && request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null
        && length != null
        && length.matches("\\d{1,9}")
        && Integer.parseInt(length) <= WindowServer.MOST_BODY_BYTES;
  }

  private boolean bringsFile(RoutingContext exchange) {
    return exchange.request().method().equals(HttpMethod.POST)
        && takesFile.test(exchange.normalizedPath());
  }

  private static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
        || length != null && !length.equals("0");
  }

  private static void refuse(RoutingContext exchange) {
    if (!exchange.response().closed()) {
      exchange
          .response()
          .putHeader("WWW-Authenticate", "Basic realm=\"gemini-batch\", charset=\"UTF-8\"");
      end(exchange, UNAUTHORIZED);
    }
  }

  /**
   * A body is not read: HTTP/1 needs the end of the connection for that, HTTP/2 stops by itself.
   */
  private static void end(RoutingContext exchange, int status) {
    HttpServerRequest request = exchange.request();
    boolean isLast = hasBody(request) && request.version() != HttpVersion.HTTP_2;
    if (isLast) {
      exchange.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    exchange
        .response()
        .setStatusCode(status)
        .end()
        .onComplete(
            sent -> {
              if (isLast) {
                request.connection().close();
              }
            });
  }
}
