package dev.geminibatch.window;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.management.AccessGuard.Right;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Somebody who looks at pages, and may do so. */
final class Visitor {
  private final Window window;

  Visitor(Window window) {
    this.window = window;
  }

  WebAnswer get(String path) {
    String[] address = path.split("\\?", 2);
    Map<String, String> query = new HashMap<>();
    if (address.length > 1) {
      for (String pair : address[1].split("&")) {
        query.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
      }
    }
    return window.answer(
        new WebRequest(
            "GET",
            address[0],
            query,
            Map.of(),
            Map.of("host", "127.0.0.1:9876"),
            Right.READ,
            "127.0.0.1"));
  }

  String page(String path) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    get(path).body().writeTo(out);
    return out.toString(UTF_8);
  }

  JsonNode json(String path) throws IOException {
    return new ObjectMapper().readTree(page(path));
  }
}
