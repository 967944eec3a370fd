package dev.geminibatch.cli;

import java.time.Duration;

/** A pause between two looks at a ledger on a server, which calls nobody. */
final class Pause {
  private Pause() {}

  static void of(Duration time) throws InterruptedException {
    Thread.sleep(time.toMillis());
  }
}
