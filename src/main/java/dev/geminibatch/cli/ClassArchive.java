package dev.geminibatch.cli;

import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The class archive of {@code bin/gemini-batch}, which a daemon that had none makes for the next
 * start: once, in a process of low priority, when there is nothing else to do.
 */
final class ClassArchive {
  /** The folder for it, if {@code bin/gemini-batch} has found none there and may make one. */
  static final String WANTED = "gemini-batch.classes";

  private static final Logger LOG = LoggerFactory.getLogger("classes");

  /** Twice the largest that was seen, of Java 25, beside what the demo writes. */
  private static final long SIZE = 200L << 20;

  /** A daemon that is started has something to do at first, often. */
  private static final Duration IDLE = Duration.ofSeconds(10);

  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Path folder;
  private final List<String> command;
  private final DiskReserve reserve;
  private final long size;
  private final BooleanSupplier isIdle;
  private final Duration idle;

  /**
   * Makes nothing yet.
   *
   * @param folder for the archive
   * @param command what makes it
   * @param reserve what is kept free on its disk
   * @param size in bytes, of the disk that it takes while it is made
   * @param isIdle whether there is nothing to do
   * @param idle how long there must have been nothing to do
   */
  ClassArchive(
      Path folder,
      List<String> command,
      DiskReserve reserve,
      long size,
      BooleanSupplier isIdle,
      Duration idle) {
    this.folder = folder;
    this.command = command;
    this.reserve = reserve;
    this.size = size;
    this.isIdle = isIdle;
    this.idle = idle;
  }

  /** The one that this process is to make; empty if there is one, or if there is to be none. */
  static Optional<ClassArchive> wanted(DiskReserve reserve, BooleanSupplier isIdle) {
    String folder = System.getProperty(WANTED, "");
    return folder.isEmpty() || !Program.isLaunched()
        ? Optional.empty()
        : Optional.of(
            new ClassArchive(
                Path.of(folder),
                List.of("nice", "-n", "19", Program.launcher(), "--warm"),
                reserve,
                SIZE,
                isIdle,
                IDLE));
  }

  /**
   * Has it made in a while.
   *
   * @return the thread that ends when it is made
   */
  Thread makeWhenIdle() {
    Thread thread = new Thread(this::await, "classes");
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
    thread.start();
    return thread;
  }

  private void await() {
    CountDownLatch never = new CountDownLatch(1);
    try {
      while (!never.await(idle.toMillis(), TimeUnit.MILLISECONDS)) {
        if (isIdle.getAsBoolean()) {
          make();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes it. Where that fails, the next start is as slow as this one, and tries again. */
  void make() throws InterruptedException {
    try {
      reserve.require(Folders.existing(folder), size);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().remove("GEMINI_API_KEY"); // it asks nobody
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroy();
        LOG.debug("The class archive was not made in time");
      } else if (process.exitValue() != 0) {
        LOG.debug("The class archive was not made; to see why: {}", Program.command("--warm"));
      } else {
        LOG.info("The class archive in {} is made; the next start is faster", folder);
      }
    } catch (IOException e) {
      LOG.debug("The class archive was not made: {}", e.getMessage());
    }
  }
}
