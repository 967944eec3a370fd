package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.RemoteFileName;
import java.util.Optional;

/** Reads a file from the raw answer: a field in an odd form counts as not there. */
final class FileJson {
  private static final int LONGEST_URI = 4_000;

  private FileJson() {}

  /** What the service calls it, which need not be a name. */
  static String name(JsonNode file) {
    return file.path("name").asText("");
  }

  /**
   * Reads a file.
   *
   * @throws dev.geminibatch.service.ServiceFailure if what it is called is not a name
   */
  static RemoteFile read(JsonNode file) {
    String name = name(file);
    if (!RemoteFileName.isName(name)) {
      throw OddNames.failure("a file", name);
    }
    return read(file, name);
  }

  /**
   * As {@link #read(JsonNode)}, for a file that was asked for.
   *
   * @throws dev.geminibatch.service.ServiceFailure if it is another one that is described
   */
  static RemoteFile read(JsonNode file, RemoteFileName asked) {
    String name = name(file);
    if (!name.isEmpty() && !name.equals(asked.value())) {
      throw OddNames.failure(asked.value(), name);
    }
    return read(file, asked.value());
  }

  private static RemoteFile read(JsonNode file, String name) {
    String uri = file.path("uri").asText("");
    return new RemoteFile(
        name,
        Fields.text(file.path("displayName")),
        uri.length() > LONGEST_URI ? "" : uri,
        Fields.text(FieldNames.either(file, "mimeType")),
        Fields.number(FieldNames.either(file, "sizeBytes"), -1),
        Fields.text(file.path("state")),
        Optional.of(Fields.text(FieldNames.either(file, "sha256Hash")))
            .filter(hash -> !hash.isEmpty()),
        Fields.time(FieldNames.either(file, "createTime")),
        Fields.time(FieldNames.either(file, "expirationTime")),
        Optional.ofNullable(file.at("/error/message").asText(null))
            .map(Redactor::redact)
            .map(Fields::shortened));
  }
}
