package dev.geminibatch.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What anybody would write first: Jackson reads every value of a file and writes it again. If there
 * is an address of a service as well, the outcome is uploaded to it and made a job.
 */
final class PlainLoop {
  private static final int CHUNK_BYTES = 8 << 20;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private PlainLoop() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    JsonFactory jackson = new JsonFactory();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(Path.of(arguments[0])));
        OutputStream out =
            new BufferedOutputStream(Files.newOutputStream(Path.of(arguments[1])), 1 << 17);
        JsonParser parser = jackson.createParser(in);
        JsonGenerator generator = jackson.createGenerator(out)) {
      generator.setRootValueSeparator(new com.fasterxml.jackson.core.io.SerializedString("\n"));
      while (parser.nextToken() != null) {
        generator.copyCurrentStructure(parser);
      }
    }
    if (arguments.length > 2) {
      createJob(URI.create(arguments[2]), upload(URI.create(arguments[2]), Path.of(arguments[1])));
    }
  }

  private static String upload(URI base, Path file) throws IOException, InterruptedException {
    HttpRequest start =
        post(base.resolve("/upload/v1beta/files"))
            .header("X-Goog-Upload-Protocol", "resumable")
            .header("X-Goog-Upload-Command", "start")
            .header("X-Goog-Upload-Header-Content-Length", Long.toString(Files.size(file)))
            .header("X-Goog-Upload-Header-Content-Type", "application/jsonl")
            .POST(BodyPublishers.ofString("{\"file\":{\"mimeType\":\"application/jsonl\"}}"))
            .build();
    URI session = URI.create(send(start).headers().firstValue("X-Goog-Upload-URL").orElseThrow());
    HttpResponse<String> last = null;
    long size = Files.size(file);
    try (InputStream in = Files.newInputStream(file)) {
      for (long at = 0; at < size; at += CHUNK_BYTES) {
        last =
            send(
                post(session)
                    .header(
                        "X-Goog-Upload-Command",
                        at + CHUNK_BYTES < size ? "upload" : "upload, finalize")
                    .header("X-Goog-Upload-Offset", Long.toString(at))
                    .POST(BodyPublishers.ofByteArray(in.readNBytes(CHUNK_BYTES)))
                    .build());
      }
    }
    return new ObjectMapper().readTree(last.body()).path("file").path("name").asText();
  }

  private static void createJob(URI base, String file) throws IOException, InterruptedException {
    send(
        post(base.resolve("/v1beta/models/gemini-x:batchGenerateContent"))
            .POST(
                BodyPublishers.ofString(
                    "{\"batch\":{\"displayName\":\"plain\",\"inputConfig\":{\"fileName\":\""
                        + file
                        + "\"}}}"))
            .build());
  }

  private static HttpRequest.Builder post(URI uri) {
    return HttpRequest.newBuilder(uri).header("x-goog-api-key", "plain");
  }

  private static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    HttpResponse<String> response = CLIENT.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(response.body());
    }
    return response;
  }
}
