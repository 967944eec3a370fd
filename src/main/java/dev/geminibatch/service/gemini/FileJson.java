package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.genai.types.File;
import dev.geminibatch.service.RemoteFile;

/** Reads a file as the SDK's model has it. */
final class FileJson {
  private FileJson() {}

  static RemoteFile read(JsonNode file) {
    return of(File.fromJson(file.toString()));
  }

  static RemoteFile of(File file) {
    return new RemoteFile(
        file.name().orElse(""),
        file.displayName().orElse(""),
        file.uri().orElse(""),
        file.mimeType().orElse(""),
        file.sizeBytes().orElse(-1L),
        file.state().map(Object::toString).orElse(""),
        file.sha256Hash(),
        file.createTime(),
        file.expirationTime(),
        file.error().flatMap(error -> error.message()));
  }
}
