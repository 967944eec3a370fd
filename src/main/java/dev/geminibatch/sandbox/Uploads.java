package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.sandbox.FileStore.Session;
import java.io.IOException;
import java.net.URI;

/** The resumable protocol of uploads. */
final class Uploads {
  private final URI base;
  private final FileStore files;
  private final Counters counters;

  Uploads(URI base, FileStore files, Counters counters) {
    this.base = base;
    this.files = files;
    this.counters = counters;
  }

  HttpAnswer start(Call call, String project) throws IOException {
    JsonNode file = call.body().path("file");
    String mimeType = call.header("X-Goog-Upload-Header-Content-Type");
    String session =
        files.begin(
            project,
            file,
            mimeType.isEmpty() ? FieldNames.either(file, "mimeType").asText("") : mimeType);
    call.answerHeader(
        "X-Goog-Upload-URL",
        base + call.path() + "?upload_id=" + session + "&upload_protocol=resumable");
    call.answerHeader("X-Goog-Upload-Status", "active");
    call.answerHeader("X-Goog-Upload-Chunk-Granularity", "8388608");
    return HttpAnswer.nothing();
  }

  /** The body is bytes whatever its content type says. */
  HttpAnswer takeChunk(Call call) throws IOException {
    Session session = files.session(call.parameter("upload_id"));
    String command = call.header("X-Goog-Upload-Command");
    switch (command) {
      case "query" -> {
        status(call, session.isEnded() ? "final" : "active");
        call.answerHeader("X-Goog-Upload-Size-Received", Long.toString(session.received()));
        return HttpAnswer.nothing();
      }
      case "cancel" -> {
        session.cancel();
        status(call, "cancelled");
        return HttpAnswer.nothing();
      }
      case "upload", "upload, finalize", "finalize" -> {
        boolean last = command.endsWith("finalize");
        files.append(session, offset(call, session), last, call.http().getRequestBody());
        if (!last) {
          status(call, "active");
          return HttpAnswer.nothing();
        }
        status(call, "final");
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        FileStore.StoredFile file = files.finish(session);
        answer.set("file", files.json(file));
        counters.fileStored(file.mimeType());
        return HttpAnswer.ok(answer);
      }
      default -> throw new ApiError(400, "Unknown upload command: " + command);
    }
  }

  private static long offset(Call call, Session session) {
    String offset = call.header("X-Goog-Upload-Offset");
    return offset.matches("\\d{1,18}") ? Long.parseLong(offset) : session.received();
  }

  private static void status(Call call, String status) {
    call.answerHeader("X-Goog-Upload-Status", status);
  }
}
