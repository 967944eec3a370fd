package dev.geminibatch.stage.receive;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.io.FileMode;
import dev.geminibatch.io.RegularFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.StateFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Copies a large file from the command line while the program starts, before there is a run that
 * the copy belongs to.
 */
public final class CopyAhead implements Closeable {
  /** Smaller files are copied sooner than a thread is started. */
  private static final long LEAST_BYTES = 64 << 20;

  private final Optional<Copying> copying;

  private CopyAhead(Optional<Copying> copying) {
    this.copying = copying;
  }

  private record Copying(RegularFile source, Path copy, FutureTask<Void> task) {
    static Copying begin(RegularFile source, Path folder) throws IOException {
      Path copy = Files.createTempFile(folder, ".input-", ".copy");
      copy.toFile().deleteOnExit();
      copy.resolveSibling("." + copy.getFileName() + ".part").toFile().deleteOnExit();
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                try (source) {
                  AtomicFiles.copyUnforced(source, copy, FileMode.PRIVATE);
                }
                return null;
              });
      DaemonThreads.named("copy ahead").newThread(task).start();
      return new Copying(source, copy, task);
    }

    boolean isWhole() {
      try {
        task.get();
        return true;
      } catch (ExecutionException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  /**
   * Begins to copy a file that is worth it. Whatever stands in the way is left for the {@link
   * Receiver} to find and to say.
   */
  public static CopyAhead begin(Path file, StateFolder state, InputLimits limits) {
    try {
      if (Files.size(file) >= LEAST_BYTES) {
        if (!Files.exists(state.path())) {
          state.prepare();
        }
        RegularFile source = RegularFile.open(file.toRealPath());
        try {
          limits.require(source.state(), state.path());
          return new CopyAhead(Optional.of(Copying.begin(source, state.path())));
        } catch (IOException e) {
          source.close();
        }
      }
    } catch (IOException | UsageException e) {
      // the same is said when the file is received
    }
    return none();
  }

  /** Nothing is copied ahead. */
  static CopyAhead none() {
    return new CopyAhead(Optional.empty());
  }

  /**
   * Moves the whole copy to its place.
   *
   * @return whether there is one
   */
  boolean moveTo(Path target) {
    if (copying.filter(Copying::isWhole).isEmpty()) {
      return false;
    }
    try {
      Files.move(copying.get().copy(), target, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      return false; // on another file system, or taken for the remains of a process
    }
  }

  /** Stops, and removes a copy that nobody has taken. */
  @Override
  public void close() throws IOException {
    if (copying.isPresent()) {
      copying.get().source().close();
      copying.get().isWhole();
      Files.deleteIfExists(copying.get().copy());
    }
  }
}
