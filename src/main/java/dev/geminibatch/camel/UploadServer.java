package dev.geminibatch.camel;

import dev.geminibatch.window.WebAnswer;
import dev.geminibatch.window.Window;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes files over HTTP, however large: a piece is read when the one before is written. Whoever
 * sends too slowly, or stops, is not waited for.
 */
final class UploadServer {
  private static final Logger LOG = LoggerFactory.getLogger("window");

  /** More than are taken at once: those that bring no file yet are among them. */
  static final int MOST = 8;

  private static final int PIECE_BYTES = 128 << 10;

  /** In this time at least so many bytes have to come. */
  private static final long SLOW_MILLIS = 60_000;

  private static final long LEAST_BYTES = 64 << 10;

  /** Whoever still sends hears the answer before the connection is closed. */
  private static final long HEARD_MILLIS = 2_000;

  private static final String STOPPED = "The file did not come to its end.";

  private final Window window;
  private final WindowServer server;
  private final FewConnections connections;
  private WorkerExecutor workers;
  private int open; // of the server's one thread

  UploadServer(Window window, WindowServer server, FewConnections connections) {
    this.window = window;
    this.server = server;
    this.connections = connections;
  }

  /** Takes the file of a request, which the gate has let in. */
  void take(RoutingContext exchange) {
    if (workers == null) {
      // Threads of their own: what waits for a disk, or for a dry run, keeps no page waiting.
      workers = exchange.vertx().createSharedWorkerExecutor("uploads", MOST, 1, TimeUnit.DAYS);
    }
    Taking taking = new Taking(exchange);
    if (open == MOST) {
      taking.refuse();
      return;
    }
    open++;
    connections.keep(exchange);
    taking.begin();
  }

  /** One request; its methods are called by the server's thread. */
  private final class Taking {
    private final RoutingContext exchange;
    private final HttpServerRequest request;
    private final Vertx vertx;
    private final FileBody body;
    private Buffer piece = Buffer.buffer();
    private long received;
    private long receivedBefore;
    private long timer = -1;
    private boolean isAtWork;
    private boolean isOver;

    Taking(RoutingContext exchange) {
      this.exchange = exchange;
      this.request = exchange.request();
      this.vertx = exchange.vertx();
      this.body = new FileBody(window, WindowServer.head(exchange, Map.of()));
      request.pause();
    }

    void begin() {
      request.handler(this::arrived);
      request.endHandler(nothing -> work(this::ended));
      request.exceptionHandler(broken -> abort());
      timer = vertx.setPeriodic(SLOW_MILLIS, tick -> look());
      work(body::begin);
    }

    void refuse() {
      answer(() -> Optional.of(window.busy(WindowServer.head(exchange, Map.of()))), false);
    }

    private void arrived(Buffer part) {
      received += part.length();
      piece.appendBuffer(part);
      if (piece.length() >= PIECE_BYTES) {
        request.pause();
        work(this::written);
      }
    }

    private Optional<WebAnswer> written() {
      ByteBuf next = piece.getByteBuf();
      piece = Buffer.buffer();
      return next.isReadable() ? body.write(next) : Optional.empty();
    }

    private Optional<WebAnswer> ended() {
      Optional<WebAnswer> answer = written();
      return answer.isPresent() ? answer : Optional.of(body.end());
    }

    private void work(Callable<Optional<WebAnswer>> next) {
      answer(next, true);
    }

    private void answer(Callable<Optional<WebAnswer>> next, boolean isCounted) {
      isAtWork = true;
      workers
          .executeBlocking(() -> page(alone(next)), false)
          .onComplete(
              done -> {
                isAtWork = false;
                if (done.failed()) {
                  LOG.error("A file that was sent cannot be taken", done.cause());
                  over(isCounted);
                  exchange.response().setStatusCode(500);
                  end(null);
                } else if (done.result().isPresent()) {
                  over(isCounted);
                  end(done.result().get());
                } else if (!isOver) {
                  proceed();
                }
              });
    }

    private static Optional<WindowServer.Page> page(Optional<WebAnswer> answer) throws IOException {
      return answer.isPresent() ? Optional.of(WindowServer.page(answer.get())) : Optional.empty();
    }

    private void proceed() {
      if (received == 0 && isExpected()) {
        exchange.response().writeContinue();
      }
      request.resume();
    }

    private boolean isExpected() {
      return "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    }

    private void look() {
      if (!isAtWork && received - receivedBefore < LEAST_BYTES) {
        abort();
      }
      receivedBefore = received;
    }

    /** The connection is broken, or worth nothing. */
    private void abort() {
      if (!isOver) {
        over(true);
        request.connection().close();
      }
    }

    private void over(boolean isCounted) {
      if (isOver) {
        return;
      }
      isOver = true;
      if (isCounted) {
        open--;
      }
      vertx.cancelTimer(timer);
      // Who is at work comes to the end of a piece first.
      workers.executeBlocking(() -> alone(this::closed), false);
    }

    private Optional<WebAnswer> closed() {
      body.abort(STOPPED);
      body.close();
      return Optional.empty();
    }

    /** Two pieces of work are never done beside each other. */
    private Optional<WebAnswer> alone(Callable<Optional<WebAnswer>> next) throws Exception {
      synchronized (body) {
        return next.call();
      }
    }

    /** Whatever still comes is not kept: the connection ends with this. */
    private void end(WindowServer.Page page) {
      if (exchange.response().closed()) {
        return;
      }
      exchange.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      if (!request.isEnded()) {
        request.handler(rest -> {});
        request.endHandler(nothing -> {});
        request.exceptionHandler(broken -> {});
        request.resume();
      }
      if (page == null) {
        exchange.response().end();
      } else {
        server.send(exchange, page);
      }
      HttpConnection connection = request.connection();
      vertx.setTimer(HEARD_MILLIS, tick -> connection.close());
    }
  }
}
