package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An answer: pieces of text and of files, which are never in memory as a whole. */
record HttpAnswer(int code, String type, List<Piece> pieces) {
  private static final String JSON = "application/json; charset=UTF-8";

  /** Bytes from memory, or of a file from an offset to its end. */
  private record Piece(byte[] bytes, Path file, long from, long length) {
    static Piece of(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return new Piece(bytes, null, 0, bytes.length);
    }

    static Piece of(Path file, long from) throws IOException {
      return new Piece(null, file, from, Files.size(file) - from);
    }

    InputStream open() throws IOException {
      if (file == null) {
        return new ByteArrayInputStream(bytes);
      }
      InputStream in = Files.newInputStream(file);
      in.skipNBytes(from);
      return in;
    }
  }

  static HttpAnswer json(int code, JsonNode body) {
    return text(code, JSON, body.toString());
  }

  static HttpAnswer html(int code) {
    return text(code, "text/html; charset=UTF-8", "<html><h1>Error " + code + "</h1></html>");
  }

  static HttpAnswer text(int code, String type, String body) {
    return new HttpAnswer(code, type, List.of(Piece.of(body)));
  }

  static HttpAnswer ok(JsonNode body) {
    return json(200, body);
  }

  /**
   * JSON with a file's JSON in some places.
   *
   * @param mark the text value that stands in those places
   */
  static HttpAnswer ok(JsonNode body, String mark, Path file) throws IOException {
    String[] texts = body.toString().split("\"" + mark + "\"", -1);
    List<Piece> pieces = new ArrayList<>(List.of(Piece.of(texts[0])));
    for (int i = 1; i < texts.length; i++) {
      pieces.add(Piece.of(file, 0));
      pieces.add(Piece.of(texts[i]));
    }
    return new HttpAnswer(200, JSON, pieces);
  }

  static HttpAnswer nothing() {
    return text(200, JSON, "");
  }

  static HttpAnswer file(Path file) throws IOException {
    return new HttpAnswer(200, "text/plain", List.of(Piece.of(file, 0)));
  }

  static HttpAnswer rest(Path file, long from) throws IOException {
    return new HttpAnswer(206, "text/plain", List.of(Piece.of(file, from)));
  }

  void send(HttpExchange http, Way way) throws IOException {
    long length = pieces.stream().mapToLong(Piece::length).sum();
    http.getResponseHeaders().set("Content-Type", type);
    long announced = length == 0 ? -1 : length;
    http.sendResponseHeaders(code, way == Way.SHORT ? 0 : announced);
    OutputStream out = http.getResponseBody();
    long send = way == Way.WHOLE ? length : length / 2;
    byte[] buffer = new byte[1 << 17];
    for (Piece piece : pieces) {
      try (InputStream in = piece.open()) {
        for (int read; send > 0 && (read = in.read(buffer)) > 0; send -= read) {
          out.write(buffer, 0, (int) Math.min(read, send));
        }
      }
    }
    out.flush(); // what comes before a break must have been sent
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
