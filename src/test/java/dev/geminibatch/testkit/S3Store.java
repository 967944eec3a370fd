package dev.geminibatch.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.geminibatch.io.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/** As much of S3 as Camel's component asks for. */
public final class S3Store extends ObjectStore {
  /** The only key that it accepts; signatures are not checked. */
  public static final String ACCESS_KEY = "AKIDTESTTESTTESTTEST";

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

  private S3Store() throws IOException {}

  public static S3Store start() throws IOException {
    return new S3Store();
  }

  @Override
  Reply answer(HttpExchange exchange, Map<String, String> query) throws IOException {
    String signed = exchange.getRequestHeaders().getFirst("Authorization");
    if (signed == null || !signed.contains("Credential=" + ACCESS_KEY + "/")) {
      return error(403, "AccessDenied");
    }
    String path = exchange.getRequestURI().getRawPath();
    String bucket = "/" + BUCKET;
    if (path.equals(bucket) || path.equals(bucket + "/")) {
      return xml(list(query.getOrDefault("prefix", "")));
    }
    if (!path.startsWith(bucket + "/")) {
      return error(404, "NoSuchBucket");
    }
    String key = decoded(path.substring(bucket.length() + 1));
    return switch (exchange.getRequestMethod()) {
      case "GET" -> get(key);
      case "PUT" -> put(exchange, key);
      case "DELETE" -> delete(key) ? empty(204, Map.of()) : error(403, "AccessDenied");
      default -> error(405, "MethodNotAllowed");
    };
  }

  private String list(String prefix) {
    StringBuilder contents = new StringBuilder();
    below(prefix)
        .forEach(
            (key, stored) ->
                contents.append(
                    "<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>%s</ETag><Size>%d</Size></Contents>"
                        .formatted(key, stored.modified(), tag(stored), stored.content().length)));
    return "<ListBucketResult><Name>%s</Name><IsTruncated>false</IsTruncated>%s</ListBucketResult>"
        .formatted(BUCKET, contents);
  }

  private Reply get(String key) {
    Stored stored = read(key);
    return stored == null
        ? error(404, "NoSuchKey")
        : new Reply(
            200,
            Map.of(
                "Content-Type", "application/octet-stream",
                "ETag", tag(stored),
                "Last-Modified", HTTP_DATE.format(stored.modified())),
            stored.content());
  }

  private Reply put(HttpExchange exchange, String key) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String source = exchange.getRequestHeaders().getFirst("x-amz-copy-source");
    if (source != null) {
      String from = decoded(source).replaceFirst("^/?" + BUCKET + "/", "");
      Stored original = read(from);
      if (original == null) {
        return error(404, "NoSuchKey");
      }
      Stored copy = store(key, original.content());
      return xml(
          "<CopyObjectResult><ETag>%s</ETag><LastModified>%s</LastModified></CopyObjectResult>"
              .formatted(tag(copy), copy.modified()));
    }
    String hash = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
    boolean isChunked = hash != null && hash.startsWith("STREAMING-");
    Stored stored = store(key, isChunked ? unchunked(body) : body);
    return empty(200, Map.of("ETag", tag(stored)));
  }

  /** Chunks come with their signatures: {@code SIZE;chunk-signature=... CRLF content CRLF}. */
  private static byte[] unchunked(byte[] body) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    ByteArrayInputStream in = new ByteArrayInputStream(body);
    for (int size; (size = size(line(in))) > 0; line(in)) {
      byte[] chunk = new byte[size];
      content.write(chunk, 0, in.readNBytes(chunk, 0, size));
    }
    return content.toByteArray();
  }

  private static int size(String line) {
    return Integer.parseInt(line.split(";")[0], 16);
  }

  private static String line(ByteArrayInputStream in) {
    StringBuilder line = new StringBuilder();
    for (int next; (next = in.read()) >= 0 && next != '\n'; ) {
      line.append((char) next);
    }
    return line.toString().strip();
  }

  private static String tag(Stored stored) {
    return "\"" + Sha256.hex(stored.content()).substring(0, 32) + "\"";
  }

  private static Reply xml(String text) {
    return Reply.of(200, "application/xml", text);
  }

  private static Reply empty(int status, Map<String, String> headers) {
    return new Reply(status, headers, new byte[0]);
  }

  private static Reply error(int status, String code) {
    String text = "<Error><Code>%s</Code><Message>%s</Message></Error>".formatted(code, code);
    return new Reply(status, Map.of("Content-Type", "application/xml"), text.getBytes(UTF_8));
  }
}
