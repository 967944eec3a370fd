package dev.geminibatch.ledger;

import java.io.IOException;

/** The server with the ledger cannot be reached now. */
final class LedgerUnreachable extends IOException {
  private static final long serialVersionUID = 1L;

  LedgerUnreachable(String message) {
    super(message);
  }
}
