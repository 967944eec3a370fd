package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;

/** Uploaded files and the uploads under way. Contents are on disk. */
final class FileStore {
  private static final Duration LIFE = Duration.ofHours(48);
  private static final long GRANULARITY = 8 << 20;
  private static final String ID = "[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?";

  private final Path folder;
  private final URI base;
  private final Faults faults;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, StoredFile> files = new ConcurrentSkipListMap<>();
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  FileStore(Path folder, URI base, Faults faults, Clock clock) {
    this.faults = faults;
    this.folder = folder;
    this.base = base;
    this.clock = clock;
  }

  /** A stored file; the project is the key that it was uploaded with. */
  record StoredFile(
      String id,
      String project,
      String displayName,
      String mimeType,
      long size,
      String sha256,
      Instant created,
      Path content) {}

  /** Of a file, as the service documents it. */
  private static final long MOST_BYTES = 2L << 30;

  /** An upload under way. */
  static final class Session {
    private final String project;
    private final String id;
    private final String displayName;
    private final String mimeType;
    private final Path content;
    private final MessageDigest digest;
    private long received;
    private boolean ended;

    private Session(String project, String id, String displayName, String mimeType, Path content) {
      this.project = project;
      this.id = id;
      this.displayName = displayName;
      this.mimeType = mimeType;
      this.content = content;
      this.digest = Sha256.digest();
    }

    synchronized long received() {
      return received;
    }

    synchronized boolean isEnded() {
      return ended;
    }

    synchronized void cancel() {
      ended = true;
    }
  }

  /** Begins an upload; returns the session's id. */
  String begin(String project, JsonNode file, String mimeType) {
    String name = file.path("name").asText("").replaceFirst("^files/", "");
    if (!name.isEmpty() && !name.matches(ID)) {
      throw new ApiError(
          400,
          "* CreateFileRequest.file.name: file ID must be at most 40 characters of lower-case"
              + " letters, digits and dashes, with no dash at its ends.");
    }
    String session = randomId(24);
    sessions.put(
        session,
        new Session(
            project,
            name.isEmpty() ? randomId(12) : name,
            FieldNames.either(file, "displayName").asText(""),
            mimeType,
            folder.resolve("content-" + session)));
    return session;
  }

  Session session(String id) {
    Session session = sessions.get(id);
    if (session == null) {
      throw new ApiError(404, "Upload session not found");
    }
    return session;
  }

  /** Takes a chunk; returns how many bytes have arrived. */
  long append(Session session, long offset, boolean last, InputStream body) throws IOException {
    synchronized (session) {
      if (session.ended) {
        throw new ApiError(400, "Upload has already been terminated.");
      }
      if (offset != session.received) {
        throw new ApiError(
            400, "Invalid upload offset " + offset + ", expected " + session.received + ".");
      }
      long before = session.received;
      try (OutputStream out =
          Files.newOutputStream(
              session.content, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        byte[] buffer = new byte[1 << 17]; // the server gives 8 KB at a time
        int read;
        while ((read = body.readNBytes(buffer, 0, buffer.length)) > 0) {
          out.write(buffer, 0, read);
          session.digest.update(buffer, 0, read);
          session.received += read;
          if (session.received > MOST_BYTES) {
            session.ended = true;
            throw new ApiError(400, "The file is larger than the limit: " + MOST_BYTES + " bytes.");
          }
        }
      }
      long chunk = session.received - before;
      if (!last && chunk % GRANULARITY != 0) {
        throw new ApiError(
            400,
            "The client sent "
                + chunk
                + " bytes, which is not a multiple of the "
                + GRANULARITY
                + " byte chunk granularity.");
      }
      return session.received;
    }
  }

  /** Ends an upload; only here the service says that a name is taken or a type is not wanted. */
  StoredFile finish(Session session) throws IOException {
    synchronized (session) {
      session.ended = true;
      if (!session.mimeType.matches("[\\w.+-]+/[\\w.+-]+")) {
        throw unsupported(session);
      }
      Predicate<Fault> fits =
          fault -> !fault.is(Misbehaviour.REFUSE_TYPE) || isOfType(session, fault.value());
      Optional<Fault> fault = faults.take(Endpoint.UPLOAD_FINISH, session.project, fits);
      if (fault.isPresent()) {
        throw refusal(session, fault.get());
      }
      if (!Files.exists(session.content)) {
        Files.createFile(session.content);
      }
      StoredFile file =
          new StoredFile(
              session.id,
              session.project,
              session.displayName,
              session.mimeType,
              session.received,
              HexFormat.of().formatHex(session.digest.digest()),
              clock.instant(),
              session.content);
      StoredFile present = files.get(session.id);
      if (present != null && isAlive(present) || files.put(session.id, file) != present) {
        throw new ApiError(409, session.id + " already exists.");
      }
      return file;
    }
  }

  private static boolean isOfType(Session session, String pattern) {
    return pattern.endsWith("*")
        ? session.mimeType.startsWith(pattern.substring(0, pattern.length() - 1))
        : session.mimeType.equals(pattern);
  }

  private static ApiError refusal(Session session, Fault fault) {
    if (!fault.is(Misbehaviour.REFUSE_TYPE)) {
      return fault.error(session.project);
    }
    ApiError error = unsupported(session);
    return fault.http().isPresent() ? error.within(fault.http().getAsInt()) : error;
  }

  private static ApiError unsupported(Session session) {
    return new ApiError(400, "Unsupported MIME type: " + session.mimeType);
  }

  StoredFile get(String project, String id) {
    return find(project, id, "GetFileRequest").orElseThrow(() -> ApiError.noSuchFile(id));
  }

  /** The file, if there is one of this project; the service does not say which is the case. */
  Optional<StoredFile> find(String project, String id) {
    return Optional.ofNullable(files.get(id))
        .filter(file -> file.project().equals(project) && isAlive(file));
  }

  private Optional<StoredFile> find(String project, String id, String request) {
    if (id.length() > 40) {
      throw new ApiError(
          400,
          "* "
              + request
              + ".name: File ID (name excluding 'files/') cannot be more than 40 characters.");
    }
    return find(project, id);
  }

  void delete(String project, String id) {
    find(project, id, "DeleteFileRequest").orElseThrow(() -> ApiError.noSuchFile(id));
    files.remove(id);
  }

  List<StoredFile> list(String project) {
    return files.values().stream()
        .filter(file -> file.project().equals(project) && isAlive(file))
        .toList();
  }

  private boolean isAlive(StoredFile file) {
    return clock.instant().isBefore(file.created().plus(LIFE));
  }

  ObjectNode json(StoredFile file) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", "files/" + file.id());
    if (!file.displayName().isEmpty()) {
      json.put("displayName", file.displayName());
    }
    json.put("mimeType", file.mimeType());
    json.put("sizeBytes", Long.toString(file.size()));
    json.put("createTime", file.created().toString());
    json.put("updateTime", file.created().toString());
    json.put("expirationTime", file.created().plus(LIFE).toString());
    json.put(
        "sha256Hash",
        Base64.getEncoder().encodeToString(file.sha256().getBytes(StandardCharsets.US_ASCII)));
    json.put("uri", base + "/v1beta/files/" + file.id());
    Optional<Fault> shown = faults.take(Endpoint.FILE_SHOWN, file.project());
    json.put("state", shown.map(Fault::value).orElse("ACTIVE"));
    shown
        .flatMap(Fault::message)
        .ifPresent(message -> json.putObject("error").put("code", 3).put("message", message));
    json.put("source", "UPLOADED");
    return json;
  }

  String randomId(int length) {
    StringBuilder id = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      id.append("abcdefghijklmnopqrstuvwxyz0123456789".charAt(random.nextInt(36)));
    }
    return id.toString();
  }
}
