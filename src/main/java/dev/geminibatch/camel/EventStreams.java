package dev.geminibatch.camel;

import dev.geminibatch.window.Window;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The open streams of events. The ledger is asked once a second for all of them, and only while
 * there are any; each stream gets a few bytes when something has changed.
 */
final class EventStreams {
  /** More pages than are left open at once. */
  static final int MOST = 256;

  private static final long EVERY_MILLIS = 1_000;

  /** A proxy closes what has been silent for a minute. */
  private static final int TICKS_OF_SILENCE = 20;

  private static final Buffer STILL_HERE = Buffer.buffer(":\n\n");

  private final Window window;
  private final Set<HttpServerResponse> open = new LinkedHashSet<>(); // of the server's one thread
  private int places;
  private long timer;
  private long stamp;
  private int silent;
  private boolean isAsking;

  EventStreams(Window window) {
    this.window = window;
  }

  /** Keeps a place for a stream until it has ended; false if there is none. */
  boolean reserve(RoutingContext exchange) {
    if (places == MOST) {
      return false;
    }
    places++;
    exchange.addEndHandler(
        ended -> {
          places--;
          remove(exchange.vertx(), exchange.response());
        });
    return true;
  }

  /** Keeps an answer open whose beginning is given. */
  void begin(Vertx vertx, HttpServerResponse response, Buffer beginning) {
    response.setChunked(true).putHeader("X-Accel-Buffering", "no");
    open.add(response);
    response.write(beginning);
    if (open.size() == 1) {
      timer = vertx.setPeriodic(EVERY_MILLIS, tick -> tick(vertx));
    }
  }

  private void remove(Vertx vertx, HttpServerResponse response) {
    if (open.remove(response) && open.isEmpty()) {
      vertx.cancelTimer(timer);
    }
  }

  private void tick(Vertx vertx) {
    if (isAsking) {
      return;
    }
    isAsking = true;
    vertx
        .executeBlocking(window::stamp, false)
        .onComplete(
            asked -> {
              isAsking = false;
              if (asked.succeeded() && asked.result() != stamp) {
                stamp = asked.result();
                send(Buffer.buffer(Window.event(stamp)));
              } else if (++silent >= TICKS_OF_SILENCE) {
                send(STILL_HERE);
              }
            });
  }

  /** Whoever does not read is closed, and may come again. */
  private void send(Buffer text) {
    silent = 0;
    for (HttpServerResponse each : Set.copyOf(open)) {
      if (each.writeQueueFull()) {
        each.reset();
      } else {
        each.write(text);
      }
    }
  }
}
