package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.ServiceWords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;

/**
 * Sends one file with the resumable upload protocol.
 *
 * <p>Chunks have the 8 MiB that the service insists on, the last one may be shorter and is sent
 * with "finalize", also when the size is an exact multiple or zero. After a broken chunk the
 * service is asked how far it got.
 */
final class ResumableUpload {
  private static final int CHUNK_BYTES = 8 << 20;
  private static final MediaType BYTES = MediaType.get("application/octet-stream");

  private final GeminiHttp http;
  private final RetryPolicy retries;
  private final UploadThrottle throttle;
  private final FileUpload upload;
  private final LongConsumer sent;
  private int failures;

  ResumableUpload(
      GeminiHttp http,
      RetryPolicy retries,
      UploadThrottle throttle,
      FileUpload upload,
      LongConsumer sent) {
    this.http = http;
    this.retries = retries;
    this.throttle = throttle;
    this.upload = upload;
    this.sent = sent;
  }

  RemoteFile run() throws IOException {
    try (Content.Reading content = upload.content().open();
        UploadThrottle.Slot slot = throttle.enter()) {
      long size = upload.content().size();
      String session = retries.call(() -> watched(() -> start(size)));
      return sendChunks(session, content, size);
    } catch (UncheckedIOException changed) {
      throw changed.getCause();
    }
  }

  private String start(long size) {
    ObjectNode file = JsonNodeFactory.instance.objectNode();
    file.put("name", upload.name());
    file.put("displayName", upload.displayName());
    file.put("mimeType", upload.mimeType());
    Request request =
        http.uploadRequest()
            .header("X-Goog-Upload-Protocol", "resumable")
            .header("X-Goog-Upload-Command", "start")
            .header("X-Goog-Upload-Header-Content-Length", Long.toString(size))
            .header("X-Goog-Upload-Header-Content-Type", upload.mimeType())
            .post(GeminiHttp.json(JsonNodeFactory.instance.objectNode().set("file", file)))
            .build();
    try (Response response = http.open(request)) {
      String url = response.header("X-Goog-Upload-URL");
      if (url == null) {
        throw GeminiHttp.odd("The service gave no upload address", null);
      }
      return url;
    }
  }

  private RemoteFile sendChunks(String session, Content.Reading content, long size) {
    long offset = 0;
    while (true) {
      try {
        long length = Math.min(CHUNK_BYTES, size - offset);
        boolean last = offset + length == size;
        long from = offset;
        Optional<RemoteFile> file = watched(() -> send(session, content, from, length, last));
        if (file.isPresent()) {
          return file.get();
        }
        offset += length;
        sent.accept(offset);
      } catch (ServiceFailure failure) {
        offset = resumeAfter(failure, session, offset, size);
      }
    }
  }

  /** A request whose outcome counts for the pace of all uploads. */
  private <T> T watched(Supplier<T> request) {
    try {
      T answer = request.get();
      throttle.speedUp();
      return answer;
    } catch (ServiceFailure failure) {
      throttle.slowDown(failure);
      throw failure;
    }
  }

  /** Sends a chunk; the last one gives the file. */
  private Optional<RemoteFile> send(
      String session, Content.Reading content, long offset, long length, boolean last) {
    Region region = new Region(content, offset, length);
    Request request =
        http.sessionRequest(session)
            .header("X-Goog-Upload-Command", last ? "upload, finalize" : "upload")
            .header("X-Goog-Upload-Offset", Long.toString(offset))
            .post(region)
            .build();
    try (Response response = http.open(request)) {
      return last ? Optional.of(finished(response)) : Optional.empty();
    } catch (ServiceFailure failure) {
      region.refuseIfChanged(); // no broken connection, as it seems to be
      throw failure;
    }
  }

  private RemoteFile finished(Response response) {
    JsonNode file = GeminiHttp.parse(response).path("file");
    if (!file.isObject()) {
      throw GeminiHttp.odd("The service ended an upload without naming the file", null);
    }
    return FileJson.read(file);
  }

  /** Finds out how far the upload got; a failure that will not pass is thrown. */
  private long resumeAfter(ServiceFailure failure, String session, long offset, long size) {
    if (!failure.isPassing() && !ServiceWords.isAboutOffset(failure)) {
      throw failure;
    }
    failures++;
    if (failures >= retries.attempts()) {
      throw failure;
    }
    retries.await(failures, failure);
    Request query =
        http.sessionRequest(session)
            .header("X-Goog-Upload-Command", "query")
            .post(RequestBody.create(new byte[0]))
            .build();
    try (Response response = retries.call(() -> http.open(query))) {
      String status = response.header("X-Goog-Upload-Status", "");
      String received = response.header("X-Goog-Upload-Size-Received", "");
      if (status.equals("active") && received.matches("\\d{1,18}")) {
        long reached = Long.parseLong(received);
        if (reached > offset) {
          failures = 0; // it moves
        }
        if (reached <= sentUpTo(offset, size)) {
          return reached;
        }
      }
    }
    // Finished or given up on the other side: whether the file is there is asked by its name.
    throw new ServiceFailure(
        Kind.UNAVAILABLE, "UPLOAD_ENDED", failure.getMessage(), Optional.empty(), failure);
  }

  /** How far the service can have come at most. */
  private static long sentUpTo(long offset, long size) {
    return Math.min(offset + CHUNK_BYTES, size);
  }

  /** A part of the content as a request body of known length. */
  private static final class Region extends RequestBody {
    private final Content.Reading content;
    private final long offset;
    private final long length;
    private Content.Changed changed;

    Region(Content.Reading content, long offset, long length) {
      this.content = content;
      this.offset = offset;
      this.length = length;
    }

    @Override
    public MediaType contentType() {
      return BYTES;
    }

    @Override
    public long contentLength() {
      return length;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      try {
        content.write(offset, length, sink.outputStream());
      } catch (Content.Changed e) {
        changed = e;
        throw e;
      }
    }

    void refuseIfChanged() {
      if (changed != null) {
        throw new UncheckedIOException(changed);
      }
    }
  }
}
