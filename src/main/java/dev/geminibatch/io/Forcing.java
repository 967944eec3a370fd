package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Forces several files to the disk at the price of one or two. What a disk writes for files that
 * are forced at the same time it writes together; one after the other, each is waited for.
 */
public final class Forcing {
  private static final int MOST_THREADS = 8;
  private static final ThreadPoolExecutor THREADS = threads();

  /** Folders in which runs publish; they are few. */
  private static final int MOST_FOLDERS = 100;

  private static final Map<Path, Forcing> FOLDERS = new ConcurrentHashMap<>();

  private final Path folder;
  private final AtomicLong asked = new AtomicLong();
  private long forced;

  private Forcing(Path folder) {
    this.folder = folder;
  }

  private static ThreadPoolExecutor threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            MOST_THREADS,
            MOST_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "force");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Forces files that others have written; when it returns, all are on the disk.
   *
   * @throws IOException if any of them is not
   */
  public static void all(List<Path> files) throws IOException {
    List<FutureTask<Void>> others = new ArrayList<>();
    for (Path file : files.subList(0, Math.max(0, files.size() - 1))) {
      FutureTask<Void> other = new FutureTask<>(forcing(file));
      others.add(other);
      THREADS.execute(other);
    }
    IOException failure = null;
    if (!files.isEmpty()) {
      try {
        AtomicFiles.force(files.get(files.size() - 1));
      } catch (IOException e) {
        failure = e;
      }
    }
    for (FutureTask<Void> other : others) {
      other.run(); // unless a thread has come to it
      failure = failure == null ? failureOf(other) : failure;
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Begins to force files that others have written. They go one after the other, since nobody waits
   * for them yet.
   */
  public static Begun begin(List<Path> files) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              for (Path file : files) {
                AtomicFiles.force(file);
              }
              return null;
            });
    THREADS.execute(task);
    return new Begun(task);
  }

  /** Files that are on their way to the disk. */
  public static final class Begun {
    private final FutureTask<Void> task;

    private Begun(FutureTask<Void> task) {
      this.task = task;
    }

    /**
     * Waits until they are there.
     *
     * @throws IOException if any of them is not
     */
    public void await() throws IOException {
      task.run(); // unless a thread has come to it
      IOException failure = failureOf(task);
      if (failure != null) {
        throw failure;
      }
    }

    /** Waits until nothing is done with them any more, wherever they are. */
    public void awaitAnyway() {
      task.run();
      failureOf(task);
    }
  }

  private static Callable<Void> forcing(Path file) {
    return () -> {
      AtomicFiles.force(file);
      return null;
    };
  }

  private static IOException failureOf(FutureTask<Void> task) {
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return null;
        } catch (InterruptedException e) {
          isInterrupted = true; // it takes a moment only
        } catch (ExecutionException e) {
          return e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Forces the names in a folder to which many threads publish: one force serves all who have given
   * their names before it begins.
   */
  public static void sharedFolder(Path folder) {
    Forcing known = FOLDERS.get(folder);
    if (known == null && FOLDERS.size() >= MOST_FOLDERS) {
      AtomicFiles.forceFolder(folder);
      return;
    }
    (known == null ? FOLDERS.computeIfAbsent(folder, Forcing::new) : known).force();
  }

  private void force() {
    long mine = asked.incrementAndGet();
    synchronized (this) {
      if (forced >= mine) {
        return;
      }
      long all = asked.get();
      AtomicFiles.forceFolder(folder);
      forced = all;
    }
  }
}
