package dev.geminibatch.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens things that may keep whoever opens them waiting for ever, as a pipe does that nobody writes
 * to: on a thread of its own, and not for longer than a deadline. What opens after that is closed.
 */
final class PatientOpener {
  /** So often it is asked whether a pipe is what keeps it waiting, which can then be freed. */
  private static final long LOOK_MILLIS = 100;

  private final Duration deadline;
  private final int mostHanging;
  private final AtomicInteger hanging = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool(PatientOpener::thread);

  /**
   * With no thread yet.
   *
   * @param mostHanging after so many that still hang, nothing more is opened until one is free
   */
  PatientOpener(Duration deadline, int mostHanging) {
    this.deadline = deadline;
    this.mostHanging = mostHanging;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "open-file");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Opens something.
   *
   * @param path for the message
   * @throws IOException also when it takes longer than the deadline
   */
  <T extends Closeable> T open(Path path, Callable<T> opening) throws IOException {
    if (hanging.get() >= mostHanging) {
      throw new IOException(
          path + " is not opened: " + mostHanging + " files hang already while they are opened");
    }
    CompletableFuture<T> opened = new CompletableFuture<>();
    threads.execute(() -> run(opening, opened));
    try {
      for (long waited = 0; waited < deadline.toMillis(); waited += LOOK_MILLIS) {
        try {
          return opened.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          threads.execute(() -> free(path));
        }
      }
      giveUp(opened);
      throw new IOException(
          path + " could not be opened within " + Amounts.time(deadline) + "; is it a pipe?");
    } catch (InterruptedException e) {
      giveUp(opened);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while " + path + " was opened");
    } catch (ExecutionException e) {
      throw of(e.getCause());
    }
  }

  private static <T> void run(Callable<T> opening, CompletableFuture<T> opened) {
    try {
      opened.complete(opening.call());
    } catch (Throwable e) {
      opened.completeExceptionally(e);
    }
  }

  private <T extends Closeable> void giveUp(CompletableFuture<T> opened) {
    hanging.incrementAndGet();
    opened.whenComplete(
        (late, failure) -> {
          hanging.decrementAndGet();
          close(late);
        });
  }

  /** A pipe lets its reader in when somebody opens it for writing, which together never waits. */
  private static void free(Path path) {
    try {
      if (FileState.of(path).kind() == FileState.Kind.PIPE) {
        close(
            Files.newByteChannel(
                path,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS));
      }
    } catch (IOException e) {
      // it hangs on, and counts
    }
  }

  private static void close(Closeable late) {
    try {
      if (late != null) {
        late.close();
      }
    } catch (IOException e) {
      // nobody reads from it
    }
  }

  private static IOException of(Throwable failure) {
    if (failure instanceof IOException e) {
      return e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return new IOException(failure);
  }
}
