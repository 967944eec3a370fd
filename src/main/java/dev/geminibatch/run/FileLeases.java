package dev.geminibatch.run;

import dev.geminibatch.io.LockFile;
import dev.geminibatch.io.PrivateFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Leases by lock files. Each process holds the lock of one file, which goes with it, however it
 * ends; and the folder of a run says which process has it. So a run is never left without an owner,
 * and ten thousand waiting runs need one open file.
 */
public final class FileLeases implements Leases {
  /** A file lock keeps other processes out, and not other threads. */
  private static final Object ONE_AT_A_TIME = new Object();

  /**
   * Workers of this process, of which tests have several. Their files must not even be opened:
   * closing any handle of a locked file gives up the lock.
   */
  private static final Set<String> HERE = ConcurrentHashMap.newKeySet();

  private static final String LOCK_OF_ALL = "all";

  private final StateFolder state;
  private final Path workers;
  private final String me = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());
  private final Set<String> owned = ConcurrentHashMap.newKeySet();
  private final WorkRecord record;
  private final Consumer<WorkRecord.Ended> onEnded;
  private RandomAccessFile alive;
  private boolean isClosed;

  /**
   * Takes no lease yet.
   *
   * @param record of this process, written where its lock is
   * @param onEnded receives what is found of processes that an Error has ended, before any run of
   *     theirs can be acquired
   */
  public FileLeases(StateFolder state, WorkRecord record, Consumer<WorkRecord.Ended> onEnded) {
    this.state = state;
    this.workers = state.workers();
    this.record = record;
    this.onEnded = onEnded;
  }

  @Override
  public synchronized void open() throws IOException {
    synchronized (ONE_AT_A_TIME) {
      beAlive();
    }
  }

  @Override
  public boolean isOurs(String runId) {
    return owned.contains(runId);
  }

  @Override
  public synchronized boolean acquire(String runId) {
    if (owned.contains(runId)) {
      return true;
    }
    try {
      beAlive();
      synchronized (ONE_AT_A_TIME) {
        try (FileChannel all = open(workers.resolve(LOCK_OF_ALL));
            FileLock lock = all.lock()) {
          RunFolder folder = state.run(runId);
          Optional<String> owner = ownerOf(folder);
          if (!owner.equals(Optional.of(me)) && isAlive(owner)) {
            return false;
          }
          folder.create();
          PrivateFiles.write(folder.owner(), me);
        }
      }
      owned.add(runId);
      return true;
    } catch (IOException e) {
      return false; // a run whose folder cannot be used is nobody's for now
    }
  }

  private void beAlive() throws IOException {
    if (isClosed) {
      throw new IOException("This process is about to end");
    }
    if (alive == null) {
      PrivateFiles.createFolder(workers);
      removeDead();
      HERE.add(me);
      alive =
          LockFile.takeFile(workers.resolve(me))
              .orElseThrow(() -> new IOException("Cannot lock a file in " + workers));
      record.open(alive);
    }
  }

  private void removeDead() throws IOException {
    try (Stream<Path> files = Files.list(workers)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        if (!name.equals(LOCK_OF_ALL)) {
          isAlive(Optional.of(name));
        }
      }
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return PrivateFiles.lockable(file);
  }

  private static Optional<String> ownerOf(RunFolder folder) throws IOException {
    if (!Files.exists(folder.owner())) {
      return Optional.empty(); // spares most runs the exception
    }
    try {
      return Optional.of(Files.readString(folder.owner())).filter(name -> name.matches("\\w+"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private boolean isAlive(Optional<String> worker) throws IOException {
    if (worker.isPresent() && HERE.contains(worker.get())) {
      return true;
    }
    if (worker.isEmpty() || !Files.exists(workers.resolve(worker.get()))) {
      return false;
    }
    Path file = workers.resolve(worker.get());
    try (RandomAccessFile dead = LockFile.takeFile(file).orElse(null)) {
      if (dead == null) {
        return true;
      }
      WorkRecord.read(dead).forEach(onEnded);
      dead.setLength(0); // another process may wait to read it, too
    }
    Files.deleteIfExists(file);
    return false;
  }

  @Override
  public synchronized boolean isFree(String runId) {
    try {
      return !owned.contains(runId) && !isAlive(ownerOf(state.run(runId)));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public synchronized void release(String runId) {
    if (owned.remove(runId)) {
      try {
        RunFolder folder = state.run(runId);
        Files.deleteIfExists(folder.owner());
        folder.removeIfEmpty();
      } catch (IOException e) {
        // The file stays and says that it is ours, which it would be again.
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    isClosed = true;
    owned.clear();
    record.close();
    if (alive != null) {
      alive.close();
      alive = null;
      HERE.remove(me);
      Files.deleteIfExists(workers.resolve(me));
    }
  }
}
