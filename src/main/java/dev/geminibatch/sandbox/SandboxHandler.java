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
        refusal(http, call, fault).send(http, HttpAnswer.Way.WHOLE);
        return;
      }
      HttpAnswer answer = call.answer(what);
      if (what != Misbehaviour.LOST_ANSWER) {
        answer.send(http, HttpAnswer.Way.of(what));
      }
    } catch (ApiError error) {
      http.getResponseHeaders().set("X-Goog-Upload-Status", "final");
      HttpAnswer.json(error.code(), error.body()).send(http, HttpAnswer.Way.WHOLE);
    }
  }

  private static boolean isRefusal(Misbehaviour what) {
    return what == Misbehaviour.STATUS
        || what == Misbehaviour.HTML
        || what == Misbehaviour.SUSPENDED_KEY;
  }

  private static HttpAnswer refusal(HttpExchange http, Call call, Fault fault) {
    fault.retryAfter().ifPresent(time -> http.getResponseHeaders().set("Retry-After", time));
    return switch (fault.what()) {
      case SUSPENDED_KEY -> throw ApiError.suspended(call.key());
      case HTML -> HttpAnswer.html(fault.code());
      default ->
          throw new ApiError(
              fault.code(), fault.messageOr("The sandbox was asked to answer with this status."));
    };
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

    HttpAnswer answer(Misbehaviour fault) throws IOException {
      String project = project();
      return switch (endpoint) {
        case UPLOAD_START -> startUpload(project);
        case UPLOAD_CHUNK -> takeChunk();
        case FILE_GET -> HttpAnswer.ok(files.json(files.get(project, path.group(1))));
        case FILE_LIST ->
            HttpAnswer.ok(
                page("files", files.list(project).stream().map(files::json).toList(), fault));
        case FILE_DELETE -> {
          files.delete(project, path.group(1));
          yield empty();
        }
        case DOWNLOAD -> download(batches.answers(project, path.group(1)), fault);
        case BATCH_CREATE -> HttpAnswer.ok(batches.create(project, path.group(1), body()));
        case BATCH_GET -> HttpAnswer.ok(batches.get(project, path.group(1)));
        case BATCH_LIST -> HttpAnswer.ok(page("operations", batches.list(project), fault));
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

    private HttpAnswer download(Path file, Misbehaviour fault) throws IOException {
      Matcher range = Pattern.compile("bytes=(\\d{1,18})-").matcher(header("Range"));
      if (fault == Misbehaviour.NO_RANGE || !range.matches()) {
        return HttpAnswer.file(file);
      }
      long from = Long.parseLong(range.group(1));
      long size = Files.size(file);
      if (from >= size) {
        http.getResponseHeaders().set("Content-Range", "bytes */" + size);
        throw new ApiError(416, "The requested range cannot be satisfied.");
      }
      http.getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (size - 1) + "/" + size);
      return HttpAnswer.rest(file, from);
    }

    private HttpAnswer startUpload(String project) throws IOException {
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
      return HttpAnswer.nothing();
    }

    /** The body is bytes whatever its content type says. */
    private HttpAnswer takeChunk() throws IOException {
      Session session = files.session(query.get("upload_id"));
      String command = header("X-Goog-Upload-Command");
      switch (command) {
        case "query" -> {
          status(session.isEnded() ? "final" : "active");
          http.getResponseHeaders()
              .set("X-Goog-Upload-Size-Received", Long.toString(session.received()));
          return HttpAnswer.nothing();
        }
        case "cancel" -> {
          session.cancel();
          status("cancelled");
          return HttpAnswer.nothing();
        }
        case "upload", "upload, finalize", "finalize" -> {
          boolean last = command.endsWith("finalize");
          files.append(session, offset(session), last, http.getRequestBody());
          if (!last) {
            status("active");
            return HttpAnswer.nothing();
          }
          status("final");
          ObjectNode answer = JsonNodeFactory.instance.objectNode();
          answer.set("file", files.json(files.finish(session)));
          counters.fileStored();
          return HttpAnswer.ok(answer);
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

    private HttpAnswer empty() {
      return HttpAnswer.ok(JsonNodeFactory.instance.objectNode());
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
