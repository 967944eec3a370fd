package dev.geminibatch.camel;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;

/**
 * Says in a sentence why a request gets nothing else, with the headers that all answers have. An
 * empty sentence says nothing.
 */
final class ShortAnswer {
  /** No page loads, sends or is shown anywhere but here. */
  static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src"
              + " 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy", // with no-referrer a browser would not say that our own forms are ours
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cache-Control",
          "no-store");

  private ShortAnswer() {}

  /** Sends it, unless something was sent already. */
  static Future<Void> send(HttpServerResponse response, int status, String sentence) {
    if (response.closed() || response.ended() || response.headWritten()) {
      return Future.succeededFuture();
    }
    HEADERS.forEach(response::putHeader);
    return response
        .setStatusCode(status)
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .end(sentence.isEmpty() ? "" : sentence + "\n");
  }
}
