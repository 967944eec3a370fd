package dev.geminibatch.camel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.management.AccessGuard;
import dev.geminibatch.window.WebAnswer;
import dev.geminibatch.window.WebRequest;
import dev.geminibatch.window.Window;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the {@link Window} over HTTP. */
final class WindowServer {
  private static final Logger LOG = LoggerFactory.getLogger("window");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Nothing that a form or a call of the API sends is longer. */
  static final int MOST_BODY_BYTES = 16 << 10;

  /** So many are sent to their ends, whoever else comes. */
  private static final int MOST_DOWNLOADS = 64;

  private static final int BAD_REQUEST = 400;
  private static final int ERROR = 500;
  private static final int UNAVAILABLE = 503;

  private final Window window;
  private final EventStreams streams;
  private final FewConnections connections;
  private int downloads; // of the server's one thread
  private final UploadServer uploads;

  /**
   * Serves a window.
   *
   * @param connections those of the server
   */
  WindowServer(Window window, FewConnections connections) {
    this.window = window;
    this.streams = new EventStreams(window);
    this.connections = connections;
    this.uploads = new UploadServer(window, this, connections);
  }

  /** Adds its paths, behind the {@link RequestGate}. */
  void addTo(Router router) {
    router.route().last().handler(this::read); // nobody else has such a page either
    router
        .route()
        .handler(
            exchange -> {
              boolean isPost = exchange.request().method().equals(HttpMethod.POST);
              if (exchange.normalizedPath().equals(Window.CHANGES)) {
                open(exchange);
              } else if (isPost && window.takesFile(exchange.normalizedPath())) {
                take(exchange);
              } else if (window.isOwn(exchange.normalizedPath())) {
                read(exchange);
              } else {
                exchange.next();
              }
            });
  }

  private void take(RoutingContext exchange) {
    try {
      uploads.take(exchange);
    } catch (BadAddress e) {
      exchange.response().putHeader("Connection", "close");
      failed(exchange, e);
    }
  }

  /** A stream has its place before anything is done for it: it may be one of many. */
  private void open(RoutingContext exchange) {
    if (!streams.reserve(exchange)) {
      exchange.response().putHeader("Retry-After", "60");
      ShortAnswer.send(exchange.response(), UNAVAILABLE, "There are too many streams.");
      return;
    }
    connections.keep(exchange);
    read(exchange);
  }

  /** The gate has let no longer body in. */
  private void read(RoutingContext exchange) {
    exchange
        .request()
        .body()
        .onComplete(
            body -> {
              if (body.succeeded()) {
                answer(exchange, body.result());
              } else {
                LOG.debug("A request has no end", body.cause());
                exchange.request().connection().close();
              }
            });
  }

  private void answer(RoutingContext exchange, Buffer body) {
    exchange
        .vertx()
        .executeBlocking(() -> answered(exchange, body), false)
        .onComplete(
            answered -> {
              if (answered.succeeded()) {
                send(exchange, answered.result());
              } else {
                failed(exchange, answered.cause());
              }
            });
  }

  private static void failed(RoutingContext exchange, Throwable why) {
    if (why instanceof BadAddress) {
      ShortAnswer.send(exchange.response(), BAD_REQUEST, why.getMessage());
      return;
    }
    Optional<String> away = Ledger.away(why);
    if (away.isPresent()) { // the daemon itself says so, once
      ShortAnswer.send(
          exchange.response(), UNAVAILABLE, "The ledger cannot be used now: " + away.get() + ".");
      return;
    }
    LOG.error("{} cannot be shown", Visible.line(exchange.normalizedPath()), why);
    ShortAnswer.send(exchange.response(), ERROR, "This cannot be shown now; the log says why.");
  }

  /** The address of a request is not written as an address is. */
  private static final class BadAddress extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadAddress(IllegalArgumentException why) {
      super("The address is not encoded as it should be: a % stands before two digits.", why);
    }
  }

  /**
   * An answer as it is sent.
   *
   * @param content null of a file
   */
  record Page(WebAnswer answer, Buffer content, long length) {}

  private Page answered(RoutingContext exchange, Buffer body) throws IOException {
    Map<String, String> form = form(firstOfEach(exchange.request().headers()), body);
    return page(window.answer(head(exchange, form)));
  }

  static Page page(WebAnswer answer) throws IOException {
    if (answer.body() instanceof WebAnswer.FileBody file) {
      return new Page(answer, null, Files.size(file.file()));
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    answer.body().writeTo(content);
    return new Page(answer, Buffer.buffer(content.toByteArray()), content.size());
  }

  /** A request without its body. */
  static WebRequest head(RoutingContext exchange, Map<String, String> form) {
    HttpServerRequest request = exchange.request();
    return new WebRequest(
        request.method().name(),
        exchange.normalizedPath(),
        query(request),
        form,
        firstOfEach(request.headers()),
        exchange.<AccessGuard.Right>get(RequestGate.RIGHT),
        request.remoteAddress().hostAddress());
  }

  private static Map<String, String> query(HttpServerRequest request) {
    try {
      return firstOfEach(request.params());
    } catch (IllegalArgumentException e) {
      throw new BadAddress(e);
    }
  }

  void send(RoutingContext exchange, Page page) {
    HttpServerResponse response = exchange.response();
    if (response.closed()) {
      return;
    }
    ShortAnswer.HEADERS.forEach(response::putHeader);
    boolean isHead = exchange.request().method().equals(HttpMethod.HEAD);
    page.answer().headers().forEach(response::putHeader);
    response.setStatusCode(page.answer().status());
    if (page.answer().isStream() && !isHead) {
      streams.begin(exchange.vertx(), response, page.content());
    } else if (isHead) {
      response.putHeader("Content-Length", Long.toString(page.length())).end();
    } else if (page.answer().body() instanceof WebAnswer.FileBody body) {
      sendFile(exchange, body.file(), page.length());
    } else {
      response.end(page.content());
    }
  }

  /**
   * The system sends it as fast as the client takes it: there is never more than a piece of it in
   * memory, and no thread waits. It is sent as long as it was when its length was said.
   */
  private void sendFile(RoutingContext exchange, Path file, long length) {
    HttpServerResponse response = exchange.response();
    keepWhileSending(exchange);
    response
        .sendFile(file.toString(), 0, length)
        .onFailure(
            e -> {
              LOG.debug("{} was not sent to its end", file, e);
              if (response.headWritten()) {
                exchange.request().connection().close(); // mostly the client has gone
              } else if (!response.ended()) {
                response.headers().clear();
                ShortAnswer.send(response, ERROR, "This file cannot be read now.");
              }
            });
  }

  /** Whoever only opens connections does not end the download of somebody else. */
  private void keepWhileSending(RoutingContext exchange) {
    if (downloads < MOST_DOWNLOADS) {
      downloads++;
      connections.keep(exchange);
      exchange.addEndHandler(ended -> downloads--);
    }
  }

  private static Map<String, String> firstOfEach(MultiMap values) {
    Map<String, String> first = new HashMap<>();
    values.forEach(
        each -> first.putIfAbsent(each.getKey().toLowerCase(Locale.ROOT), each.getValue()));
    return first;
  }

  /** The fields of a form, or of a flat object; none of anything else. */
  private static Map<String, String> form(Map<String, String> headers, Buffer body)
      throws IOException {
    String type = headers.getOrDefault("content-type", "");
    Map<String, String> fields = new HashMap<>();
    if (type.startsWith("application/x-www-form-urlencoded")) {
      for (String pair : body.toString(StandardCharsets.US_ASCII).split("&")) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          fields.putIfAbsent(
              decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
        }
      }
    } else if (type.startsWith("application/json") && body.length() > 0) {
      for (Map.Entry<String, JsonNode> each : object(body).properties()) {
        fields.put(each.getKey(), each.getValue().asText());
      }
    }
    return fields;
  }

  private static JsonNode object(Buffer body) {
    try {
      return JSON.readTree(body.getBytes());
    } catch (IOException e) {
      return JSON.createObjectNode(); // nothing that it could ask for
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
