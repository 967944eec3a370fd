package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An answer: text, nothing, or a file from an offset. */
record HttpAnswer(int code, String type, byte[] body, Path file, long from) {

  static HttpAnswer json(int code, JsonNode body) {
    return text(code, "application/json; charset=UTF-8", body.toString());
  }

  static HttpAnswer html(int code) {
    return text(code, "text/html; charset=UTF-8", "<html><h1>Error " + code + "</h1></html>");
  }

  private static HttpAnswer text(int code, String type, String body) {
    return new HttpAnswer(code, type, body.getBytes(StandardCharsets.UTF_8), null, 0);
  }

  static HttpAnswer ok(JsonNode body) {
    return json(200, body);
  }

  static HttpAnswer nothing() {
    return text(200, "application/json; charset=UTF-8", "");
  }

  static HttpAnswer file(Path file) {
    return new HttpAnswer(200, "text/plain", new byte[0], file, 0);
  }

  static HttpAnswer rest(Path file, long from) {
    return new HttpAnswer(206, "text/plain", new byte[0], file, from);
  }

  void send(HttpExchange http, Way way) throws IOException {
    long length = file == null ? body.length : Files.size(file) - from;
    http.getResponseHeaders().set("Content-Type", type);
    long announced = length == 0 ? -1 : length;
    http.sendResponseHeaders(code, way == Way.SHORT ? 0 : announced);
    OutputStream out = http.getResponseBody();
    long send = way == Way.WHOLE ? length : length / 2;
    if (file == null) {
      out.write(body, 0, (int) send);
      out.flush(); // what comes before a break must have been sent
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(from);
      byte[] buffer = new byte[1 << 17];
      for (int read; send > 0 && (read = in.read(buffer)) > 0; send -= read) {
        out.write(buffer, 0, (int) Math.min(read, send));
      }
      out.flush();
    }
  }

  /** How much of an answer is sent, and how it ends. */
  enum Way {
    WHOLE,
    HALF,
    SHORT;

    static Way of(Misbehaviour what) {
      if (what == Misbehaviour.HALF_ANSWER) {
        return HALF;
      }
      return what == Misbehaviour.SHORT_ANSWER ? SHORT : WHOLE;
    }
  }
}
