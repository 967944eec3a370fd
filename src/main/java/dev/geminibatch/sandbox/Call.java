package dev.geminibatch.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.line.LargeJson;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One request, taken apart: what it asks for, about what, and with which key. */
final class Call {
  private static final ObjectMapper MAPPER = new ObjectMapper(LargeJson.FACTORY.copy());

  /** The service's own limit for everything but uploads. */
  private static final int MOST_JSON = 20 << 20;

  private static final String VERSION = "(?:/v1(?:alpha|beta)?)?";
  private static final String FILE_NAME = "/files/([^/:]+)";
  private static final String BATCH_NAME = "/batches/([^/:]+)";
  private static final String MODEL_NAME = "/(?:models/)?((?:tunedModels/)?[^/:]+)";

  /** An address of the service, and the endpoint that it is. */
  private record Route(String method, Pattern path, Endpoint endpoint) {
    static Route of(String method, String path, Endpoint endpoint) {
      return new Route(method, Pattern.compile(path), endpoint);
    }
  }

  private static final List<Route> ROUTES =
      List.of(
          Route.of("POST", "/upload" + VERSION + "/files", Endpoint.UPLOAD_START),
          Route.of("POST", VERSION + MODEL_NAME + ":batchGenerateContent", Endpoint.BATCH_CREATE),
          Route.of("GET", "(?:/download)?" + VERSION + FILE_NAME + ":download", Endpoint.DOWNLOAD),
          Route.of("GET", VERSION + "/files", Endpoint.FILE_LIST),
          Route.of("GET", VERSION + FILE_NAME, Endpoint.FILE_GET),
          Route.of("DELETE", VERSION + FILE_NAME, Endpoint.FILE_DELETE),
          Route.of("GET", VERSION + "/batches", Endpoint.BATCH_LIST),
          Route.of("GET", VERSION + BATCH_NAME, Endpoint.BATCH_GET),
          Route.of("DELETE", VERSION + BATCH_NAME, Endpoint.BATCH_DELETE),
          Route.of("POST", VERSION + BATCH_NAME + ":cancel", Endpoint.BATCH_CANCEL),
          Route.of("GET", VERSION + "/models", Endpoint.MODEL_LIST),
          Route.of("GET", VERSION + "/models/([^/:]+)", Endpoint.MODEL_GET),
          Route.of("POST", VERSION + MODEL_NAME + ":countTokens", Endpoint.COUNT_TOKENS),
          Route.of(
              "POST",
              VERSION + MODEL_NAME + ":(?:generateContent|streamGenerateContent)",
              Endpoint.GENERATE));

  private final HttpExchange http;
  private final Map<String, String> query;
  private final Endpoint endpoint;
  private final String id;

  Call(HttpExchange http) {
    this.http = http;
    this.query = query(http.getRequestURI());
    Endpoint found = Endpoint.OTHER;
    String name = "";
    for (Route route : ROUTES) {
      Matcher matcher = route.path().matcher(path());
      if (found == Endpoint.OTHER && route.method().equals(method()) && matcher.matches()) {
        found = route.endpoint();
        name = matcher.groupCount() == 0 ? "" : matcher.group(1);
      }
    }
    boolean isChunk = found == Endpoint.UPLOAD_START && query.containsKey("upload_id");
    this.endpoint = isChunk ? Endpoint.UPLOAD_CHUNK : found;
    this.id = name;
  }

  HttpExchange http() {
    return http;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** The file, batch or model that it is about. */
  String id() {
    return id;
  }

  String method() {
    return http.getRequestMethod();
  }

  String path() {
    return http.getRequestURI().getPath();
  }

  /** The key as it was given, or nothing. */
  String key() {
    String key = http.getRequestHeaders().getFirst("x-goog-api-key");
    return key == null ? parameter("key") : key;
  }

  /** Every key is a project of its own; one that begins with "wrong" is refused. */
  String project() {
    if (key().isBlank()) {
      throw ApiError.missingKey();
    }
    if (key().startsWith("wrong")) {
      throw ApiError.invalidKey();
    }
    return key();
  }

  /** A parameter of the address under its name in camel case or snake case, or nothing. */
  String parameter(String name) {
    return query.getOrDefault(name, query.getOrDefault(FieldNames.snake(name), ""));
  }

  int number(String parameter, int byDefault) {
    String text = parameter(parameter);
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : byDefault;
  }

  String header(String name) {
    String value = http.getRequestHeaders().getFirst(name);
    return value == null ? "" : value.strip();
  }

  void answerHeader(String name, String value) {
    http.getResponseHeaders().set(name, value);
  }

  byte[] bytes() throws IOException {
    byte[] body = http.getRequestBody().readNBytes(MOST_JSON + 1);
    if (body.length > MOST_JSON) {
      ignoreBody();
      throw new ApiError(400, "Request payload size exceeds the limit: " + MOST_JSON + " bytes.");
    }
    return body;
  }

  /** Reads what is left of the body, so that the client gets its answer. */
  void ignoreBody() throws IOException {
    http.getRequestBody().transferTo(OutputStream.nullOutputStream());
  }

  JsonNode body() throws IOException {
    return tree(bytes());
  }

  static JsonNode tree(byte[] body) throws IOException {
    try {
      return body.length == 0 ? MAPPER.createObjectNode() : MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      throw new ApiError(400, "Invalid JSON payload received. " + e.getOriginalMessage());
    }
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> query = new HashMap<>();
    if (uri.getRawQuery() != null) {
      for (String pair : uri.getRawQuery().split("&")) {
        String[] parts = pair.split("=", 2);
        query.put(
            parts[0], parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
    }
    return query;
  }
}
