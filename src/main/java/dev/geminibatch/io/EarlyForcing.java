package dev.geminibatch.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Forces a large file to the disk piece by piece while it is written. The disk has nothing to do
 * then, and would hold everything up in the end.
 */
public final class EarlyForcing {
  static final long PIECE = 32 << 20;

  private final Force force;
  private long begun;
  private CompletableFuture<Void> forcing = CompletableFuture.completedFuture(null);

  /** Forces what is written so far. */
  @FunctionalInterface
  public interface Force {
    void run() throws IOException;
  }

  public EarlyForcing(Force force) {
    this.force = force;
  }

  /**
   * The file has so many bytes now.
   *
   * @throws IOException if earlier ones are not on the disk, which is said once only
   */
  public void written(long bytes) throws IOException {
    if (bytes - begun >= PIECE && forcing.isDone()) {
      await();
      begun = bytes;
      forcing = CompletableFuture.runAsync(this::force);
    }
  }

  private void force() {
    try {
      force.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** When it returns, nothing is being forced any more. */
  public void await() throws IOException {
    await(forcing);
  }

  /** Waits for work in the background, and passes on what was wrong with it. */
  static void await(CompletableFuture<Void> work) throws IOException {
    try {
      work.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e);
    }
  }
}
