package dev.geminibatch.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;

/** As much of Google Storage as Camel's component asks for. */
public final class GoogleStore extends ObjectStore {
  /** Where the component expects it; it is to be led to {@link #uri}. */
  public static final String HOST = "storage.googleapis.com";

  private static final String TOKEN = "a-token-for-the-bucket";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PATH = "/storage/v1/b/" + BUCKET;

  private GoogleStore() throws IOException {}

  public static GoogleStore start() throws IOException {
    return new GoogleStore();
  }

  /** Writes the credentials of an account that gets its tokens here. */
  public Path credentials(Path file) throws GeneralSecurityException, IOException {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
    keys.initialize(2048);
    String key =
        Base64.getMimeEncoder().encodeToString(keys.generateKeyPair().getPrivate().getEncoded());
    ObjectNode account =
        JSON.createObjectNode()
            .put("type", "service_account")
            .put("client_id", "1")
            .put("client_email", "batches@example.com")
            .put("private_key_id", "1")
            .put("token_uri", uri() + "/token");
    account.put(
        "private_key", "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n");
    return Files.writeString(file, account.toString());
  }

  @Override
  Reply answer(HttpExchange exchange, Map<String, String> query) throws IOException {
    String path = exchange.getRequestURI().getRawPath().replaceFirst("^/download", "");
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.equals("/token")) {
      ObjectNode token = JSON.createObjectNode().put("access_token", TOKEN);
      return json(token.put("token_type", "Bearer").put("expires_in", 3600));
    }
    if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      return error(401);
    }
    if (path.startsWith("/upload" + PATH + "/o")) {
      return upload(exchange.getRequestMethod(), query, body);
    }
    if (path.equals(PATH)) {
      return json(JSON.createObjectNode().put("kind", "storage#bucket").put("name", BUCKET));
    }
    if (path.equals(PATH + "/o")) {
      return json(list(query.getOrDefault("prefix", "")));
    }
    if (!path.startsWith(PATH + "/o/")) {
      return error(404);
    }
    String rest = path.substring(PATH.length() + 3);
    String target = "/rewriteTo/b/" + BUCKET + "/o/";
    if (rest.contains(target)) {
      return copy(decoded(rest.split(target)[0]), decoded(rest.split(target)[1]));
    }
    String key = decoded(rest);
    return switch (exchange.getRequestMethod()) {
      case "GET" -> get(key, query.getOrDefault("alt", "json").equals("media"));
      case "DELETE" -> delete(key) ? new Reply(204, Map.of(), new byte[0]) : error(403);
      default -> error(405);
    };
  }

  private ObjectNode list(String prefix) {
    ObjectNode list = JSON.createObjectNode().put("kind", "storage#objects");
    ArrayNode items = list.putArray("items");
    below(prefix).forEach((key, stored) -> items.add(described(key, stored)));
    return list;
  }

  private Reply get(String key, boolean isContent) {
    Stored stored = isContent ? read(key) : below(key).get(key);
    if (stored == null) {
      return error(404);
    }
    return isContent
        ? new Reply(
            200,
            Map.of(
                "Content-Type",
                "application/octet-stream",
                "x-goog-generation",
                Long.toString(stored.generation())),
            stored.content())
        : json(described(key, stored));
  }

  private Reply copy(String from, String to) {
    Stored original = read(from);
    if (original == null) {
      return error(404);
    }
    Stored copy = store(to, original.content());
    ObjectNode result = JSON.createObjectNode().put("kind", "storage#rewriteResponse");
    result.put("done", true).put("objectSize", Integer.toString(copy.content().length));
    result.put("totalBytesRewritten", Integer.toString(copy.content().length));
    result.set("resource", described(to, copy));
    return json(result);
  }

  /** A session, and then all of the content in one piece. */
  private Reply upload(String method, Map<String, String> query, byte[] body) {
    String key = query.get("name");
    if (method.equals("PUT")) {
      return json(described(key, store(key, body)));
    }
    String session = "https://" + HOST + "/upload" + PATH + "/o?upload_id=1&name=" + encoded(key);
    return new Reply(200, Map.of("Location", session), new byte[0]);
  }

  private static String encoded(String key) {
    return URLEncoder.encode(key, UTF_8);
  }

  private static ObjectNode described(String key, Stored stored) {
    return JSON.createObjectNode()
        .put("kind", "storage#object")
        .put("bucket", BUCKET)
        .put("name", key)
        .put("generation", Long.toString(stored.generation()))
        .put("metageneration", "1")
        .put("contentType", "application/octet-stream")
        .put("size", Integer.toString(stored.content().length))
        .put("timeCreated", stored.modified().toString())
        .put("updated", stored.modified().toString());
  }

  private static Reply json(ObjectNode node) {
    return Reply.of(200, "application/json", node.toString());
  }

  private static Reply error(int status) {
    return Reply.of(
        status,
        "application/json",
        "{\"error\":{\"code\":%d,\"message\":\"error %d\"}}".formatted(status, status));
  }
}
