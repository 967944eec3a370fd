package dev.geminibatch.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A service over real HTTP that takes files and jobs, and says of its jobs what a test writes. */
public final class ScriptedService implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpServer server;
  private final Map<String, String> jobs = new LinkedHashMap<>();
  private final Map<String, String> listed = new ConcurrentHashMap<>();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, String> sessions = new ConcurrentHashMap<>();
  private final List<String> inputs = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();
  private String cut = "";

  private ScriptedService() throws IOException {
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Starts one on a free port. */
  public static ScriptedService start() throws IOException {
    return new ScriptedService();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What it says of a job from now on, alone and in listings; the name is added. */
  public synchronized void says(String job, String operation) {
    jobs.put(job, "{\"name\":\"" + job + "\"," + operation.strip().substring(1));
    listed.remove(job);
  }

  /** What listings say of it, where that is not the whole. */
  public synchronized void lists(String job, String operation) {
    listed.put(job, "{\"name\":\"" + job + "\"," + operation.strip().substring(1));
  }

  /** Puts a file there, its lines given. */
  public String holds(String file, String... lines) {
    files.put(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    return file;
  }

  /** A file is gone. */
  public void forget(String file) {
    files.remove(file);
  }

  /** The next answer to this, {@code /v1beta/batches/1}, breaks off in its middle. */
  public synchronized void cutNext(String path) {
    cut = path;
  }

  /** How many jobs were created. */
  public synchronized int created() {
    return inputs.size();
  }

  /** The name of the file of the n-th job, counted from 1. */
  public synchronized String inputOf(int job) {
    return inputs.get(job - 1);
  }

  /** The keys of the requests of the n-th job, in their order. */
  public synchronized List<String> keysOf(int job) throws IOException {
    List<String> keys = new ArrayList<>();
    for (String line : new String(files.get(inputOf(job)), StandardCharsets.UTF_8).split("\n")) {
      keys.add(MAPPER.readTree(line).path("key").asText());
    }
    return keys;
  }

  /** How often this was asked, {@code GET /v1beta/batches/1}. */
  public synchronized long count(String request) {
    return requests.stream().filter(request::equals).count();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    int status = 200;
    byte[] answer;
    synchronized (this) {
      requests.add(exchange.getRequestMethod() + " " + path);
      answer = answerTo(exchange, path, body);
    }
    if (answer == null) {
      status = 404;
      answer = bytes("{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\",\"message\":\"no such\"}}");
    }
    exchange.sendResponseHeaders(status, answer.length);
    exchange.getResponseBody().write(answer, 0, isCut(path) ? answer.length / 2 : answer.length);
    exchange.close();
  }

  private synchronized boolean isCut(String path) {
    boolean isCut = path.equals(cut);
    cut = isCut ? "" : cut;
    return isCut;
  }

  private byte[] answerTo(HttpExchange exchange, String path, byte[] body) throws IOException {
    if (sessions.containsKey(path)) {
      String name = sessions.get(path);
      files.put(name, body);
      exchange.getResponseHeaders().add("X-Goog-Upload-Status", "final");
      return bytes("{\"file\":" + file(name) + "}");
    }
    if (path.startsWith("/upload/")) {
      String session = "/upload/session/" + (sessions.size() + 1);
      sessions.put(session, MAPPER.readTree(body).at("/file/name").asText());
      exchange.getResponseHeaders().add("X-Goog-Upload-URL", url() + session);
      exchange.getResponseHeaders().add("X-Goog-Upload-Status", "active");
      return bytes("{}");
    }
    String name = path.replaceFirst("^/v1beta/", "");
    if (name.endsWith(":batchGenerateContent")) {
      JsonNode batch = MAPPER.readTree(body).path("batch");
      inputs.add(batch.at("/inputConfig/fileName").asText());
      String job = "batches/" + inputs.size();
      says(
          job,
          "{\"metadata\":{\"state\":\"BATCH_STATE_PENDING\",\"displayName\":"
              + batch.path("displayName")
              + "}}");
      return bytes(jobs.get(job));
    }
    if (name.equals("batches")) {
      List<String> all = new ArrayList<>();
      jobs.forEach((job, operation) -> all.add(0, listed.getOrDefault(job, operation)));
      return bytes("{\"operations\":[" + String.join(",", all) + "]}");
    }
    if (name.startsWith("batches/")) {
      return jobs.containsKey(name) ? bytes(jobs.get(name)) : null;
    }
    if (name.endsWith(":download")) {
      return files.get(name.replaceFirst(":download$", ""));
    }
    return files.containsKey(name) ? bytes(file(name)) : null;
  }

  private String file(String name) {
    return "{\"name\":\"%s\",\"uri\":\"%s\",\"sizeBytes\":\"%d\",\"state\":\"ACTIVE\"}"
        .formatted(name, url() + "/v1beta/" + name, files.get(name).length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
