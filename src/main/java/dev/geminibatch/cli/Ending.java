package dev.geminibatch.cli;

import dev.geminibatch.run.LastWords;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process after an Error in any of its threads, with one line about it. Whoever supervises
 * the process starts it again; it is not stopped in an orderly way, since nothing says what still
 * works.
 */
final class Ending implements LastWords.Ending {
  /** How long the line about it may take: standard error may be a pipe that nobody reads. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final String CONSEQUENCE =
      ". The process ends with exit code "
          + ExitCode.ERROR
          + ". Nothing is lost: what was in progress resumes at the next start";

  /** There may be no memory to make it when it is needed. */
  private static final byte[] WITHOUT_MEMORY =
      ("ERROR Out of memory. Give Java more (java -Xmx1g ...)" + CONSEQUENCE + "\n")
          .getBytes(StandardCharsets.US_ASCII);

  private final Terminal terminal;
  private final IntConsumer halt;
  private final FileOutputStream err = new FileOutputStream(FileDescriptor.err);
  private final CountDownLatch isCalled = new CountDownLatch(1);

  /** Knows which runs are in hand; null before there are any. */
  private volatile LastWords lastWords;

  /**
   * Begins nothing yet.
   *
   * @param halt ends the process with an exit code
   */
  Ending(Terminal terminal, IntConsumer halt) {
    this.terminal = terminal;
    this.halt = halt;
  }

  /** From now on an Error that nobody catches, or that a library only logs, ends the process. */
  void install() {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) -> {
          check(thrown);
          LoggerFactory.getLogger("command")
              .error(
                  "Unexpected error in thread " + thread.getName() + "; please report it", thrown);
        });
    Logger.getLogger("").addHandler(new Ear());
    Thread last = new Thread(this::haltInTime, "ending");
    last.setDaemon(true);
    last.start();
    MemoryWatch.start(this::check);
  }

  /** Tells this where the work is done that may end with an Error. */
  void watch(LastWords words) {
    lastWords = words;
  }

  /** Ends the process if there is an Error in what was thrown. */
  void check(Throwable thrown) {
    try {
      LastWords words = lastWords;
      if (words != null) {
        words.check(thrown);
      } else if (LastWords.errorIn(thrown) != null) {
        end(LastWords.message(LastWords.errorIn(thrown)));
      }
    } catch (OutOfMemoryError e) {
      end("");
    }
  }

  @Override
  public void end(String message) {
    isCalled.countDown();
    try {
      try {
        if (message.isEmpty()) {
          err.write(WITHOUT_MEMORY);
        } else {
          terminal.status("");
          terminal.tellError("ERROR " + message + CONSEQUENCE);
        }
      } catch (OutOfMemoryError e) {
        err.write(WITHOUT_MEMORY);
      }
    } catch (IOException e) {
      // Then the exit code has to say it.
    } finally {
      halt.accept(ExitCode.ERROR);
    }
  }

  private void haltInTime() {
    try {
      isCalled.await();
      if (!new CountDownLatch(1).await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        halt.accept(ExitCode.ERROR);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Hears of Errors that a library has caught: Quartz and Camel's own threads log them. */
  private final class Ear extends Handler {
    @Override
    public void publish(LogRecord entry) {
      Error error = LastWords.errorIn(entry.getThrown());
      boolean isSevere = entry.getLevel().intValue() >= Level.SEVERE.intValue();
      boolean isWarning = entry.getLevel().intValue() >= Level.WARNING.intValue();
      // Some libraries warn that a class is missing which they can do without.
      if (error != null && (isSevere || isWarning && error instanceof VirtualMachineError)) {
        check(error);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
