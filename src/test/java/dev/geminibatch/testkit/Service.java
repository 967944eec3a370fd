package dev.geminibatch.testkit;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/** The sandbox's API as a client of another make would use it, with the key of {@link RealJar}. */
public final class Service {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;

  public Service(URI base) {
    this.base = base;
  }

  /**
   * Stores a file.
   *
   * @param name {@code files/...}
   */
  public void upload(String name, String mimeType, byte[] content) {
    ObjectNode file = JsonNodeFactory.instance.objectNode();
    file.putObject("file").put("name", name).put("mimeType", mimeType);
    URI session =
        send(request("/upload/v1beta/files")
                .header("X-Goog-Upload-Protocol", "resumable")
                .header("X-Goog-Upload-Command", "start")
                .POST(json(file)))
            .headers()
            .firstValue("X-Goog-Upload-URL")
            .map(URI::create)
            .orElseThrow();
    send(
        request(session)
            .header("X-Goog-Upload-Command", "upload, finalize")
            .header("X-Goog-Upload-Offset", "0")
            .POST(BodyPublishers.ofByteArray(content)));
  }

  /** Creates a job and returns its name. */
  public String createJob(String model, String displayName, String file) {
    ObjectNode job = JsonNodeFactory.instance.objectNode();
    job.putObject("batch")
        .put("displayName", displayName)
        .putObject("inputConfig")
        .put("fileName", file);
    String path = "/v1beta/models/" + model + ":batchGenerateContent";
    return tree(send(request(path).POST(json(job)))).path("name").asText();
  }

  /** Waits until a job is over and returns the name of the file with its answers. */
  public String awaitAnswers(String job) {
    return await()
        .until(
            () -> get("/v1beta/" + job).at("/response/responsesFile").asText(),
            file -> !file.isEmpty());
  }

  /** All jobs, the newest first. */
  public List<JsonNode> jobs() {
    List<JsonNode> jobs = new ArrayList<>();
    get("/v1beta/batches?pageSize=100").path("operations").forEach(jobs::add);
    return jobs;
  }

  /** The answers in a file, line by line. */
  public List<JsonNode> answers(String file) {
    return send(request("/download/v1beta/" + file + ":download?alt=media"))
        .body()
        .lines()
        .map(Service::tree)
        .toList();
  }

  private JsonNode get(String path) {
    return tree(send(request(path)));
  }

  private HttpRequest.Builder request(String path) {
    return request(URI.create(base + path));
  }

  private static HttpRequest.Builder request(URI address) {
    return HttpRequest.newBuilder(address).header("x-goog-api-key", RealJar.KEY);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(response + ": " + response.body());
      }
      return response;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static BodyPublisher json(JsonNode node) {
    return BodyPublishers.ofString(node.toString());
  }

  private static JsonNode tree(HttpResponse<String> response) {
    return tree(response.body());
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException(json, e);
    }
  }
}
