package dev.geminibatch.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

/** The calls of the service as anybody would write them first: no retries, no time-outs. */
final class PlainClient {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int CHUNK_BYTES = 8 << 20;

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI base;

  PlainClient(URI base) {
    this.base = base;
  }

  /** The name of the uploaded file. */
  String upload(Path file, String type) throws IOException, InterruptedException {
    long size = Files.size(file);
    HttpRequest start =
        request("/upload/v1beta/files")
            .header("X-Goog-Upload-Protocol", "resumable")
            .header("X-Goog-Upload-Command", "start")
            .header("X-Goog-Upload-Header-Content-Length", Long.toString(size))
            .header("X-Goog-Upload-Header-Content-Type", type)
            .POST(BodyPublishers.ofString("{\"file\":{\"mimeType\":\"" + type + "\"}}"))
            .build();
    String session = send(start).headers().firstValue("X-Goog-Upload-URL").orElseThrow();
    String last = "";
    try (InputStream in = Files.newInputStream(file)) {
      for (long at = 0; at < size; at += CHUNK_BYTES) {
        last =
            send(request(session)
                    .header(
                        "X-Goog-Upload-Command",
                        at + CHUNK_BYTES < size ? "upload" : "upload, finalize")
                    .header("X-Goog-Upload-Offset", Long.toString(at))
                    .POST(BodyPublishers.ofByteArray(in.readNBytes(CHUNK_BYTES)))
                    .build())
                .body();
      }
    }
    return MAPPER.readTree(last).path("file").path("name").asText();
  }

  /** The name of the job. */
  String createJob(String file) throws IOException, InterruptedException {
    String body =
        "{\"batch\":{\"displayName\":\"plain\",\"inputConfig\":{\"fileName\":\"" + file + "\"}}}";
    HttpRequest create =
        request("/v1beta/models/gemini-x:batchGenerateContent")
            .POST(BodyPublishers.ofString(body))
            .build();
    return MAPPER.readTree(send(create).body()).path("name").asText();
  }

  /** Polls until the job has succeeded; the name of the file with its answers. */
  String awaitAnswers(String job, long pollMillis) throws IOException, InterruptedException {
    while (true) {
      JsonNode batch = MAPPER.readTree(send(request("/v1beta/" + job).build()).body());
      if (batch.path("response").has("responsesFile")) {
        return batch.path("response").path("responsesFile").asText();
      }
      Thread.sleep(pollMillis);
    }
  }

  /** The answers, to be closed. */
  InputStream download(String file) throws IOException, InterruptedException {
    HttpRequest request = request("/download/v1beta/" + file + ":download?alt=media").build();
    return client.send(request, BodyHandlers.ofInputStream()).body();
  }

  private HttpRequest.Builder request(String address) {
    return HttpRequest.newBuilder(base.resolve(address)).header("x-goog-api-key", "plain");
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(response.body());
    }
    return response;
  }
}
