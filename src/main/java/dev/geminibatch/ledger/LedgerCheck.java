package dev.geminibatch.ledger;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the whole ledger to see whether it is damaged ({@code PRAGMA quick_check}), in a thread of
 * its own and without keeping anybody from writing. A ledger of a thousand runs takes a few
 * milliseconds, one of a million runs some seconds, or as long as its disk takes to read it.
 */
public final class LedgerCheck {
  private static final Logger LOG = LoggerFactory.getLogger("state");

  private final LedgerFile ledger;
  private final CompletableFuture<Optional<String>> finding = new CompletableFuture<>();

  private LedgerCheck(LedgerFile ledger) {
    this.ledger = ledger;
  }

  /** Begins to check a ledger that is there. */
  public static LedgerCheck begin(StateFolder state) {
    LedgerCheck check = new LedgerCheck(new LedgerFile(state));
    Thread thread = new Thread(check::check, "ledger-check");
    thread.setDaemon(true);
    thread.start();
    return check;
  }

  /** Nothing is to be checked: a server does that itself. */
  public static LedgerCheck none() {
    LedgerCheck check = new LedgerCheck(null);
    check.finding.complete(Optional.empty());
    return check;
  }

  private void check() {
    try (Connection connection = ledger.reading();
        Statement statement = connection.createStatement()) {
      finding.complete(LedgerDamage.find(statement).map(this::words));
    } catch (SQLException e) {
      Optional<String> damage = LedgerDamage.of(e);
      if (damage.isEmpty()) {
        LOG.warn("The ledger {} could not be checked: {}", ledger.path(), e.getMessage());
      }
      finding.complete(damage.map(this::words));
    }
  }

  private String words(String damage) {
    return ledger.damaged(damage).getMessage();
  }

  /**
   * Waits for the end of the check, but not for long.
   *
   * @throws UsageException if the ledger is known to be damaged by then
   */
  public void await(Duration longest) throws InterruptedException {
    try {
      Optional<String> damage = finding.get(longest.toMillis(), TimeUnit.MILLISECONDS);
      if (damage.isPresent()) {
        throw new UsageException(damage.get());
      }
    } catch (TimeoutException e) {
      // it is reported when it is known
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Tells somebody, in whatever thread, once the ledger is known to be damaged.
   *
   * @param report receives what is wrong and what to do
   */
  public void whenDamaged(Consumer<String> report) {
    finding.thenAccept(damage -> damage.ifPresent(report));
  }
}
