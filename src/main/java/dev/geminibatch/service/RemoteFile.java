package dev.geminibatch.service;

import java.time.Instant;
import java.util.Optional;

/**
 * A file that the service holds.
 *
 * @param name {@code files/...}
 * @param sha256 of the content, in Base64: of the digest as documented, or of its hexadecimal
 *     digits as seen
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

  /** Whether the service still works on it; it cannot be used until it is done. */
  public boolean isProcessing() {
    return state.equals("PROCESSING");
  }

  /** Whether the service could not process it; it can never be used. */
  public boolean isFailed() {
    return state.equals("FAILED");
  }
}
