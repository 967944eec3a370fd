package dev.geminibatch.batch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which runs this process works on.
 *
 * <p>A run belongs to one process at a time, by a lock on a file in its folder. The lock goes with
 * the process, however it ends, so that a run is never left without an owner. Within the process a
 * run is worked on by one thread at a time.
 */
public final class RunClaims implements Closeable {
  private final Path stateFolder;
  private final Map<String, FileChannel> owned = new ConcurrentHashMap<>();
  private final Set<String> busy = ConcurrentHashMap.newKeySet();

  public RunClaims(Path stateFolder) {
    this.stateFolder = stateFolder;
  }

  /** Makes the run ours unless another process has it; true as well if it is ours already. */
  public synchronized boolean own(String runId) {
    if (owned.containsKey(runId)) {
      return true;
    }
    try {
      RunFolder folder = new RunFolder(stateFolder, runId);
      folder.create();
      Optional<FileChannel> lock = LockFile.take(folder.lock());
      lock.ifPresent(channel -> owned.put(runId, channel));
      return lock.isPresent();
    } catch (IOException e) {
      return false; // a run whose folder cannot be used is nobody's for now
    }
  }

  /** Whether no process works on the run. */
  synchronized boolean isFree(String runId) {
    if (owned.containsKey(runId)) {
      return false;
    }
    try (FileChannel lock = LockFile.take(new RunFolder(stateFolder, runId).lock()).orElse(null)) {
      return lock != null;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Begins work on a run, or puts it in the queue for it; false if it is not ours or is there
   * already.
   */
  public boolean begin(String runId) {
    return own(runId) && busy.add(runId);
  }

  /** Ends the work that {@link #begin} allowed. */
  public void end(String runId) {
    busy.remove(runId);
  }

  /** The run is finished; its lock is not needed any more. */
  public synchronized void disown(String runId) {
    FileChannel channel = owned.remove(runId);
    if (channel != null) {
      try {
        channel.close();
        Files.deleteIfExists(new RunFolder(stateFolder, runId).lock());
      } catch (IOException e) {
        // The file stays and does no harm.
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (FileChannel channel : owned.values()) {
      channel.close();
    }
    owned.clear();
  }
}
