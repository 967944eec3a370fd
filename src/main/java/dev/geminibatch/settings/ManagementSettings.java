package dev.geminibatch.settings;

import java.util.Optional;

/**
 * The daemon's HTTP server for health and metrics.
 *
 * @param isEnabled whether there is one
 * @param host the address that it listens on
 * @param port that it listens on; 0 for any free one
 * @param token that a request must bring; empty where everybody on the host may ask
 */
public record ManagementSettings(boolean isEnabled, String host, int port, Optional<String> token) {

  /** Says where, and nothing of the token. */
  @Override
  public String toString() {
    return "http://" + host + ":" + port + (token.isPresent() ? " with a token" : "");
  }
}
