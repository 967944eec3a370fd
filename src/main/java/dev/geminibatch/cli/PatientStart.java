package dev.geminibatch.cli;

import dev.geminibatch.io.Repeats;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.LeaseLost;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Starts a daemon once more when its ledger on a server could not be reached, or when the process
 * stood still for so long that the other members took it for gone.
 */
final class PatientStart {
  private static final Logger LOG = LoggerFactory.getLogger("daemon");

  private static final Duration PAUSE = Duration.ofSeconds(3);

  private final BooleanSupplier isServing;
  private final Repeats repeats = new Repeats();

  /**
   * Starts nothing yet.
   *
   * @param isServing whether a start has succeeded; what fails later is not for another start
   */
  PatientStart(BooleanSupplier isServing) {
    this.isServing = isServing;
  }

  /** Starts the daemon, and ends with it. */
  @FunctionalInterface
  interface Start {
    int run() throws IOException, InterruptedException;
  }

  int run(Start start) throws IOException, InterruptedException {
    while (true) {
      try {
        return start.run();
      } catch (IOException | RuntimeException e) {
        Optional<String> why = isServing.getAsBoolean() ? Optional.empty() : why(e);
        if (why.isEmpty()) {
          throw e;
        }
        LOG.atLevel(repeats.level(Level.WARN, "start", why.get())).log(why.get());
      }
      Pause.of(PAUSE);
    }
  }

  private static Optional<String> why(Exception e) {
    return LeaseLost.isCause(e)
        ? Optional.of("This daemon stood still while it started, and starts again.")
        : Ledger.away(e).map(away -> "This daemon waits for its ledger. " + away);
  }
}
