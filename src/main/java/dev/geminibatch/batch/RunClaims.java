package dev.geminibatch.batch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Which runs this process works on.
 *
 * <p>A run belongs to one process at a time. Each process holds the lock of one file, which goes
 * with it, however it ends; and the folder of a run says which process has it. So a run is never
 * left without an owner, and ten thousand waiting runs need one open file. Within the process a run
 * is worked on by one thread at a time.
 */
public final class RunClaims implements Closeable {
  /** A file lock keeps other processes out, and not other threads. */
  private static final Object ONE_AT_A_TIME = new Object();

  private final Path stateFolder;
  private final Path workers;
  private final String me = HexFormat.of().toHexDigits(RandomGenerator.getDefault().nextLong());
  private final Set<String> owned = ConcurrentHashMap.newKeySet();
  private final Set<String> busy = ConcurrentHashMap.newKeySet();
  private FileChannel alive;

  public RunClaims(Path stateFolder) {
    this.stateFolder = stateFolder;
    this.workers = stateFolder.resolve("workers");
  }

  /** Whether this process has the run. */
  boolean isOurs(String runId) {
    return owned.contains(runId);
  }

  /** The runs that this process has. */
  Set<String> ours() {
    return Set.copyOf(owned);
  }

  /** Makes the run ours unless another process has it; true as well if it is ours already. */
  public synchronized boolean own(String runId) {
    if (owned.contains(runId)) {
      return true;
    }
    try {
      beAlive();
      synchronized (ONE_AT_A_TIME) {
        try (FileChannel all = open(workers.resolve("all"));
            FileLock lock = all.lock()) {
          RunFolder folder = new RunFolder(stateFolder, runId);
          if (isAlive(ownerOf(folder))) {
            return false;
          }
          folder.create();
          Files.writeString(folder.owner(), me);
        }
      }
      owned.add(runId);
      return true;
    } catch (IOException e) {
      return false; // a run whose folder cannot be used is nobody's for now
    }
  }

  private void beAlive() throws IOException {
    if (alive == null) {
      Files.createDirectories(workers);
      alive =
          LockFile.take(workers.resolve(me))
              .orElseThrow(() -> new IOException("Cannot lock a file in " + workers));
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static Optional<String> ownerOf(RunFolder folder) throws IOException {
    try {
      return Optional.of(Files.readString(folder.owner())).filter(name -> name.matches("\\w+"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private boolean isAlive(Optional<String> worker) throws IOException {
    if (worker.isEmpty() || !Files.exists(workers.resolve(worker.get()))) {
      return false;
    }
    Path file = workers.resolve(worker.get());
    try (FileChannel dead = LockFile.take(file).orElse(null)) {
      if (dead == null) {
        return true;
      }
    }
    Files.deleteIfExists(file);
    return false;
  }

  /** Whether no process works on the run. */
  synchronized boolean isFree(String runId) {
    try {
      return !owned.contains(runId) && !isAlive(ownerOf(new RunFolder(stateFolder, runId)));
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

  /** The run is finished; nobody needs it any more. */
  public synchronized void disown(String runId) {
    if (owned.remove(runId)) {
      try {
        Files.deleteIfExists(new RunFolder(stateFolder, runId).owner());
      } catch (IOException e) {
        // The file stays and does no harm.
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    owned.clear();
    if (alive != null) {
      alive.close();
      Files.deleteIfExists(workers.resolve(me));
    }
  }
}
