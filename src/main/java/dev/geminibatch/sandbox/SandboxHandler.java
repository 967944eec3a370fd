package dev.geminibatch.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.geminibatch.sandbox.FileStore.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes the requests apart, in the URLs and headers of the real service. */
final class SandboxHandler implements HttpHandler {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String VERSION = "(?:/v1(?:alpha|beta)?)?";
  private static final Pattern UPLOAD = Pattern.compile("/upload" + VERSION + "/files");
  private static final Pattern CREATE =
      Pattern.compile(VERSION + "/(?:models/)?((?:tunedModels/)?[^/:]+):batchGenerateContent");
  private static final Pattern FILES = Pattern.compile(VERSION + "/files");
  private static final Pattern FILE = Pattern.compile(VERSION + "/files/([^/:]+)");
  private static final Pattern DOWNLOAD =
      Pattern.compile("(?:/download)?" + VERSION + "/files/([^/:]+):download");
  private static final Pattern BATCHES = Pattern.compile(VERSION + "/batches");
  private static final Pattern BATCH = Pattern.compile(VERSION + "/batches/([^/:]+)");
  private static final Pattern CANCEL = Pattern.compile(VERSION + "/batches/([^/:]+):cancel");

  private final URI base;
  private final FileStore files;
  private final BatchStore batches;
  private final Faults faults;
  private final Counters counters;

  SandboxHandler(URI base, FileStore files, BatchStore batches, Faults faults, Counters counters) {
    this.base = base;
    this.files = files;
    this.batches = batches;
    this.faults = faults;
    this.counters = counters;
  }

  @Override
  public void handle(HttpExchange http) throws IOException {
    try (http) {
      Call call = new Call(http);
      counters.asked(call.endpoint);
      counters.enter(call.endpoint);
      try {
        Thread.sleep(faults.delay(call.endpoint).toMillis());
        answer(http, call);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // the sandbox is being closed
      } finally {
        counters.leave(call.endpoint);
      }
    }
  }

  private void answer(HttpExchange http, Call call) throws IOException {
    Fault fault = faults.take(call.endpoint).orElse(null);
    Misbehaviour what = fault == null ? null : fault.what();
    if (what == Misbehaviour.CUT) {
      return;
    }
    try {
      if (isRefusal(what)) {
        http.getRequestBody().transferTo(OutputStream.nullOutputStream());
        refusal(http, call, fault).send(http, Way.WHOLE);
        return;
      }
      Answer answer = call.answer(what);
      if (what != Misbehaviour.LOST_ANSWER) {
        answer.send(http, Way.of(what));
      }
    } catch (ApiError error) {
      http.getResponseHeaders().set("X-Goog-Upload-Status", "final");
      Answer.json(error.code(), error.body()).send(http, Way.WHOLE);
    }
  }

  private static boolean isRefusal(Misbehaviour what) {
    return what == Misbehaviour.STATUS
        || what == Misbehaviour.HTML
        || what == Misbehaviour.SUSPENDED_KEY;
  }

  private static Answer refusal(HttpExchange http, Call call, Fault fault) {
    fault.retryAfter().ifPresent(time -> http.getResponseHeaders().set("Retry-After", time));
    return switch (fault.what()) {
      case SUSPENDED_KEY -> throw ApiError.suspended(call.key());
      case HTML -> Answer.html(fault.code());
      default ->
          throw new ApiError(
              fault.code(), fault.messageOr("The sandbox was told to answer with this status."));
    };
  }

  /** How much of an answer is sent, and how it ends. */
  private enum Way {
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

  /** An answer: text, nothing, or a file from an offset. */
  private record Answer(int code, String type, byte[] body, Path file, long from) {

    static Answer json(int code, JsonNode body) {
      return text(code, "application/json; charset=UTF-8", body.toString());
    }

    static Answer html(int code) {
      return text(code, "text/html; charset=UTF-8", "<html><h1>Error " + code + "</h1></html>");
    }

    private static Answer text(int code, String type, String body) {
      return new Answer(code, type, body.getBytes(StandardCharsets.UTF_8), null, 0);
    }

    static Answer ok(JsonNode body) {
      return json(200, body);
    }

    static Answer nothing() {
      return text(200, "application/json; charset=UTF-8", "");
    }

    static Answer file(Path file) {
      return new Answer(200, "text/plain", new byte[0], file, 0);
    }

    static Answer rest(Path file, long from) {
      return new Answer(206, "text/plain", new byte[0], file, from);
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
        out.flush(); // what is cut off later must have been sent
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
  }

  /** One request. */
  private final class Call {
    private final HttpExchange http;
    private final String method;
    private final Map<String, String> query;
    private final Endpoint endpoint;
    private Matcher path;

    Call(HttpExchange http) {
      this.http = http;
      this.method = http.getRequestMethod();
      this.query = query(http.getRequestURI());
      this.endpoint = endpoint();
    }

    private Endpoint endpoint() {
      if (is("POST", UPLOAD)) {
        return query.containsKey("upload_id") ? Endpoint.UPLOAD_CHUNK : Endpoint.UPLOAD_START;
      }
      if (is("POST", CREATE)) {
        return Endpoint.BATCH_CREATE;
      }
      if (is("GET", DOWNLOAD)) {
        return Endpoint.DOWNLOAD;
      }
      if (is("GET", FILES)) {
        return Endpoint.FILE_LIST;
      }
      if (is("GET", FILE)) {
        return Endpoint.FILE_GET;
      }
      if (is("DELETE", FILE)) {
        return Endpoint.FILE_DELETE;
      }
      if (is("GET", BATCHES)) {
        return Endpoint.BATCH_LIST;
      }
      if (is("GET", BATCH)) {
        return Endpoint.BATCH_GET;
      }
      if (is("DELETE", BATCH)) {
        return Endpoint.BATCH_DELETE;
      }
      if (is("POST", CANCEL)) {
        return Endpoint.BATCH_CANCEL;
      }
      return Endpoint.OTHER;
    }

    private boolean is(String wanted, Pattern pattern) {
      path = pattern.matcher(http.getRequestURI().getPath());
      return method.equals(wanted) && path.matches();
    }

    Answer answer(Misbehaviour fault) throws IOException {
      String project = project();
      return switch (endpoint) {
        case UPLOAD_START -> startUpload(project);
        case UPLOAD_CHUNK -> takeChunk();
        case FILE_GET -> Answer.ok(files.json(files.get(project, path.group(1))));
        case FILE_LIST ->
            Answer.ok(page("files", files.list(project).stream().map(files::json).toList(), fault));
        case FILE_DELETE -> {
          files.delete(project, path.group(1));
          yield empty();
        }
        case DOWNLOAD -> download(batches.answers(project, path.group(1)), fault);
        case BATCH_CREATE -> Answer.ok(batches.create(project, path.group(1), body()));
        case BATCH_GET -> Answer.ok(batches.get(project, path.group(1)));
        case BATCH_LIST -> Answer.ok(page("operations", batches.list(project), fault));
        case BATCH_CANCEL -> {
          batches.cancel(project, path.group(1));
          yield empty();
        }
        case BATCH_DELETE -> {
          batches.delete(project, path.group(1));
          yield empty();
        }
        case OTHER, JOB, ANSWERS, ANSWER_LINE, FILE_SHOWN ->
            throw new ApiError(404, "The sandbox has no " + method + " " + uriPath());
      };
    }

    /** Every key is a project of its own; one that begins with "wrong" is refused. */
    private String project() {
      String key = key();
      if (key == null || key.isBlank()) {
        throw ApiError.missingKey();
      }
      if (key.startsWith("wrong")) {
        throw ApiError.invalidKey();
      }
      return key;
    }

    String key() {
      String key = http.getRequestHeaders().getFirst("x-goog-api-key");
      return key == null ? query.get("key") : key;
    }

    private Answer download(Path file, Misbehaviour fault) throws IOException {
      Matcher range = Pattern.compile("bytes=(\\d{1,18})-").matcher(header("Range"));
      if (fault == Misbehaviour.NO_RANGE || !range.matches()) {
        return Answer.file(file);
      }
      long from = Long.parseLong(range.group(1));
      long size = Files.size(file);
      if (from >= size) {
        http.getResponseHeaders().set("Content-Range", "bytes */" + size);
        throw new ApiError(416, "The requested range cannot be satisfied.");
      }
      http.getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (size - 1) + "/" + size);
      return Answer.rest(file, from);
    }

    private Answer startUpload(String project) throws IOException {
      JsonNode file = body().path("file");
      String mimeType = header("X-Goog-Upload-Header-Content-Type");
      String session =
          files.begin(
              project, file, mimeType.isEmpty() ? file.path("mimeType").asText("") : mimeType);
      http.getResponseHeaders()
          .set(
              "X-Goog-Upload-URL",
              base
                  + http.getRequestURI().getPath()
                  + "?upload_id="
                  + session
                  + "&upload_protocol=resumable");
      http.getResponseHeaders().set("X-Goog-Upload-Status", "active");
      http.getResponseHeaders().set("X-Goog-Upload-Chunk-Granularity", "8388608");
      return Answer.nothing();
    }

    /** The body is bytes whatever its content type says. */
    private Answer takeChunk() throws IOException {
      Session session = files.session(query.get("upload_id"));
      String command = header("X-Goog-Upload-Command");
      switch (command) {
        case "query" -> {
          status(session.isEnded() ? "final" : "active");
          http.getResponseHeaders()
              .set("X-Goog-Upload-Size-Received", Long.toString(session.received()));
          return Answer.nothing();
        }
        case "cancel" -> {
          session.cancel();
          status("cancelled");
          return Answer.nothing();
        }
        case "upload", "upload, finalize", "finalize" -> {
          boolean last = command.endsWith("finalize");
          files.append(session, offset(session), last, http.getRequestBody());
          if (!last) {
            status("active");
            return Answer.nothing();
          }
          status("final");
          ObjectNode answer = JsonNodeFactory.instance.objectNode();
          answer.set("file", files.json(files.finish(session)));
          counters.fileStored();
          return Answer.ok(answer);
        }
        default -> throw new ApiError(400, "Unknown upload command: " + command);
      }
    }

    private long offset(Session session) {
      String offset = header("X-Goog-Upload-Offset");
      return offset.matches("\\d{1,18}") ? Long.parseLong(offset) : session.received();
    }

    private void status(String status) {
      http.getResponseHeaders().set("X-Goog-Upload-Status", status);
    }

    private String header(String name) {
      String value = http.getRequestHeaders().getFirst(name);
      return value == null ? "" : value.strip();
    }

    private JsonNode body() throws IOException {
      byte[] body = http.getRequestBody().readAllBytes();
      try {
        return body.length == 0 ? MAPPER.createObjectNode() : MAPPER.readTree(body);
      } catch (JsonProcessingException e) {
        throw new ApiError(400, "Invalid JSON payload received. " + e.getOriginalMessage());
      }
    }

    private ObjectNode page(String field, List<ObjectNode> all, Misbehaviour fault) {
      int size = Math.min(100, Math.max(1, number("pageSize", 10)));
      int from = Math.min(all.size(), Math.max(0, number("pageToken", 0)));
      int to = Math.min(all.size(), from + size);
      ObjectNode page = JsonNodeFactory.instance.objectNode();
      if (to > from) {
        page.putArray(field).addAll(all.subList(from, to));
      }
      if (to < all.size()) {
        page.put("nextPageToken", Integer.toString(to));
      } else if (fault == Misbehaviour.EMPTY_TOKEN) {
        page.put("nextPageToken", "");
      } else if (fault == Misbehaviour.EMPTY_PAGE && from < to) {
        page.put("nextPageToken", Integer.toString(to));
      }
      return page;
    }

    private int number(String parameter, int byDefault) {
      String text = query.getOrDefault(parameter, "");
      return text.matches("\\d{1,9}") ? Integer.parseInt(text) : byDefault;
    }

    private String uriPath() {
      return http.getRequestURI().getPath();
    }

    private Answer empty() {
      return Answer.ok(JsonNodeFactory.instance.objectNode());
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
