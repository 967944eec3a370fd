package dev.geminibatch.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;

/** Whoever answers in the service's place, with whatever a test has it say. */
public final class HostileService implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile Answer otherwise = exchange -> send(exchange, 404, "{}");

  /** Gives an answer; the request has been read, and the exchange is closed afterwards. */
  @FunctionalInterface
  public interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  private HostileService() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            answers.getOrDefault(exchange.getRequestURI().getPath(), otherwise).give(exchange);
          }
        });
    server.start();
  }

  /** Starts one on a free port. */
  public static HostileService start() throws IOException {
    return new HostileService();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** How it answers all other paths from now on. */
  public HostileService otherwise(Answer answer) {
    otherwise = answer;
    return this;
  }

  /** How it answers a path from now on. */
  public HostileService on(String path, Answer answer) {
    answers.put(path, answer);
    return this;
  }

  /** What it says to a path from now on, with HTTP 200. */
  public HostileService says(String path, String body) {
    return on(path, exchange -> send(exchange, 200, body));
  }

  /** What was asked of it: {@code GET /v1beta/batches/x}. */
  public List<String> asked() {
    return asked;
  }

  /** Sends a whole answer. */
  public static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Sends a beginning and then the same piece many times, packed to almost nothing. */
  public static Answer bomb(int status, String beginning, String piece, long times) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      exchange.sendResponseHeaders(status, 0);
      try (OutputStream out = new GZIPOutputStream(exchange.getResponseBody())) {
        out.write(beginning.getBytes(UTF_8));
        byte[] block = piece.repeat(Math.max(1, 65_536 / piece.length())).getBytes(UTF_8);
        for (long left = times * piece.length(); left > 0; left -= block.length) {
          out.write(block);
        }
      } catch (IOException e) {
        // the client has had enough
      }
    };
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
