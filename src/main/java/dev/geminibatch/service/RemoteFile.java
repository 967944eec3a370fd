package dev.geminibatch.service;

import com.google.genai.types.File;
import java.time.Instant;
import java.util.Optional;

/**
 * A file that the service holds.
 *
 * @param name {@code files/...}
 * @param expires when the service will delete it, by the service's clock
 */
public record RemoteFile(
    String name,
    String displayName,
    String uri,
    String mimeType,
    long size,
    String state,
    Optional<String> sha256,
    Optional<Instant> created,
    Optional<Instant> expires,
    Optional<String> error) {

  public static RemoteFile of(File file) {
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

  public boolean isProcessing() {
    return state.equals("PROCESSING");
  }

  public boolean isFailed() {
    return state.equals("FAILED");
  }
}
