package dev.geminibatch.settings;

import java.util.Optional;

/**
 * The daemon's HTTP server for health and metrics.
 *
 * @param isEnabled whether there is one
 * @param host the address that it listens on
 * @param port that it listens on; 0 for any free one
 * @param token that a request must bring to see and to change anything; empty where everybody on
 *     the host may, unless there is a read token
 * @param readToken with which a request may see everything and change nothing
 */
public record ManagementSettings(
    boolean isEnabled, String host, int port, Optional<String> token, Optional<String> readToken) {

  /** Whether requests need a token. */
  public boolean isClosed() {
    return token.isPresent() || readToken.isPresent();
  }

  /** Says where, and nothing of the tokens. */
  @Override
  public String toString() {
    return "http://" + host + ":" + port + (isClosed() ? " with a token" : "");
  }
}
