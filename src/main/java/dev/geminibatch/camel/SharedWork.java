package dev.geminibatch.camel;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.io.Repeats;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Leases;
import dev.geminibatch.stage.receive.Receiver;
import dev.geminibatch.stage.upload.UploadHelp;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What a member of a shared ledger does for others: those that are busy, and those that are gone.
 */
final class SharedWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("receive");

  /** A run whose member is gone waits so long at most until its input is brought in. */
  private static final Duration RECOVERY = Duration.ofSeconds(5);

  private final UploadHelp uploads;
  private final Receiver receiver;
  private final Leases leases;
  private final Repeats repeats = new Repeats();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("recovery"));

  SharedWork(UploadHelp uploads, Receiver receiver, Leases leases) {
    this.uploads = uploads;
    this.receiver = receiver;
    this.leases = leases;
  }

  /** Begins. */
  void start() {
    uploads.start();
    long seconds = RECOVERY.toSeconds();
    timer.scheduleWithFixedDelay(this::recover, seconds, seconds, TimeUnit.SECONDS);
  }

  private void recover() {
    if (!leases.mayBegin()) {
      return;
    }
    try {
      receiver.recover();
    } catch (IOException | RuntimeException e) {
      LOG.atLevel(repeats.level(Level.WARN, "recover", String.valueOf(e.getMessage())))
          .log(
              "Cannot check unfinished inputs: {}",
              Ledger.isCause(e) ? e.getMessage() : e.toString());
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    uploads.close();
  }
}
