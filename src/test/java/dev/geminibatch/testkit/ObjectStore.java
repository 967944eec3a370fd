package dev.geminibatch.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One bucket of object storage in memory, served by what a protocol makes of it. */
public abstract class ObjectStore implements AutoCloseable {
  /** The name of the bucket. */
  public static final String BUCKET = "batches";

  private final HttpServer server;
  private final ConcurrentSkipListMap<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final AtomicLong generations = new AtomicLong();
  private final AtomicInteger lostDeletes = new AtomicInteger();
  private volatile boolean deletes = true;

  ObjectStore() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "store");
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", this::serve);
    server.start();
  }

  /**
   * An object.
   *
   * @param generation another one each time it is written
   */
  record Stored(byte[] content, long generation, Instant modified) {}

  /** An answer. */
  record Reply(int status, Map<String, String> headers, byte[] body) {
    static Reply of(int status, String type, String text) {
      return new Reply(status, Map.of("Content-Type", type), text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Answers one request. */
  abstract Reply answer(HttpExchange exchange, Map<String, String> query) throws IOException;

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Puts an object into the bucket, as somebody else. */
  public void put(String key, String text) {
    store(key, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The names of all objects. */
  public List<String> keys() {
    return List.copyOf(objects.keySet());
  }

  /** What is in an object. */
  public String text(String key) {
    return new String(objects.get(key).content(), StandardCharsets.UTF_8);
  }

  /** From now on an object that is to be deleted stays, or no longer. */
  public void losesDeletes(boolean loses) {
    deletes = !loses;
  }

  /** How often one was to be deleted and was not. */
  public int lostDeletes() {
    return lostDeletes.get();
  }

  Stored store(String key, byte[] content) {
    Stored stored =
        new Stored(
            content, generations.incrementAndGet(), Instant.now().truncatedTo(ChronoUnit.SECONDS));
    objects.put(key, stored);
    return stored;
  }

  Map<String, Stored> below(String prefix) {
    Map<String, Stored> found = new ConcurrentSkipListMap<>(objects);
    found.keySet().removeIf(key -> !key.startsWith(prefix));
    return found;
  }

  /** Null if there is none. */
  Stored read(String key) {
    return objects.get(key);
  }

  boolean delete(String key) {
    if (!deletes) {
      lostDeletes.incrementAndGet();
      return false;
    }
    objects.remove(key);
    return true;
  }

  static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> query = new HashMap<>();
      String raw = exchange.getRequestURI().getRawQuery();
      for (String pair : raw == null ? new String[0] : raw.split("&")) {
        String[] both = pair.split("=", 2);
        query.put(
            both[0], both.length == 1 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8));
      }
      Reply reply = answer(exchange, query);
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      boolean isEmpty = reply.body().length == 0;
      exchange.sendResponseHeaders(reply.status(), isEmpty ? -1 : reply.body().length);
      if (!isEmpty) {
        exchange.getResponseBody().write(reply.body());
      }
    } catch (RuntimeException e) {
      throw new UncheckedIOException(new IOException(exchange.getRequestURI() + ": " + e, e));
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
