package dev.geminibatch.sandbox;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Calls a sandbox over HTTP and gives every answer as it is, errors as well. */
final class SandboxClient {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;
  private final String key;

  SandboxClient(Sandbox sandbox, String key) {
    this.base = sandbox.baseUrl();
    this.key = key;
  }

  /** An answer: the HTTP status and the JSON, which is null if the body is something else. */
  record Answer(int status, JsonNode json) {
    String text(String pointer) {
      return json.at(pointer).asText();
    }

    int number(String pointer) {
      return json.at(pointer).asInt();
    }
  }

  Answer get(String path) {
    return send(to(path).GET());
  }

  Answer delete(String path) {
    return send(to(path).DELETE());
  }

  Answer post(String path, String body) {
    return send(to(path).POST(BodyPublishers.ofString(body)));
  }

  /** What a tester tells the sandbox. */
  Answer control(String path, String body) {
    return post("/sandbox/" + path, body);
  }

  /** Stores a file; returns the upload's last answer. */
  Answer upload(String content, String mimeType) {
    HttpResponse<String> start =
        raw(
            to("/upload/v1beta/files")
                .header("X-Goog-Upload-Command", "start")
                .header("X-Goog-Upload-Header-Content-Type", mimeType)
                .POST(BodyPublishers.ofString("{\"file\":{}}")));
    URI session = URI.create(start.headers().firstValue("X-Goog-Upload-URL").orElseThrow());
    return send(
        HttpRequest.newBuilder(session)
            .header("x-goog-api-key", key)
            .header("X-Goog-Upload-Command", "upload, finalize")
            .POST(BodyPublishers.ofString(content, StandardCharsets.UTF_8)));
  }

  /** Stores lines; returns the file's name. */
  String uploadLines(String... lines) {
    return upload(String.join("\n", lines) + "\n", "application/jsonl").text("/file/name");
  }

  Answer create(String model, String file) {
    return post(
        "/v1beta/models/" + model + ":batchGenerateContent",
        "{\"batch\":{\"displayName\":\"a job\",\"inputConfig\":{\"fileName\":\"" + file + "\"}}}");
  }

  /** The job when it has ended, whatever it calls that. */
  Answer ended(String job) {
    return await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> get("/v1beta/" + job), answer -> answer.json.at("/metadata").has("endTime"));
  }

  /** A line of a job's file. */
  static String line(String key, String text) {
    return "{\"key\":\"" + key + "\",\"request\":" + request(text) + "}";
  }

  /** A request by itself. */
  static String request(String text) {
    return "{\"contents\":[{\"parts\":[{\"text\":\"" + text + "\"}]}]}";
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .header("x-goog-api-key", key)
        .header("X-Sandbox", "1");
  }

  private Answer send(HttpRequest.Builder request) {
    HttpResponse<String> response = raw(request);
    try {
      return new Answer(response.statusCode(), MAPPER.readTree(response.body()));
    } catch (IOException notJson) {
      return new Answer(response.statusCode(), null);
    }
  }

  /** The lines of a job's answers. */
  String download(String file) {
    return raw(to("/v1beta/" + file + ":download?alt=media").GET()).body();
  }

  private HttpResponse<String> raw(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
