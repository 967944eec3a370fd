package dev.geminibatch.maintenance;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.LockFile;
import dev.geminibatch.io.NotRegular;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.RegularFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.LedgerBackup;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Copies what is needed to resume on another disk: the ledger, and the files of the runs that are
 * not finished. The daemon may work meanwhile. The files are copied after the ledger, so that they
 * are never older than what it says of them, as after a power failure.
 */
public final class Backup {
  private static final int TRIES = 5;

  /** What a backup has beside the ledger. */
  private static final Set<String> FOLDERS = Set.of("runs", "packs", "remote");

  /** It is for the process that had the run. */
  private static final String OWNER = "owner";

  private final StateFolder state;
  private final Path target;
  private final Clock clock;
  private volatile String progress = "";
  private volatile Path growing;
  private volatile long expected;

  /**
   * Copies nothing yet.
   *
   * @param target file for the ledger; the other files go into a folder beside it
   */
  public Backup(StateFolder state, Path target, Clock clock) {
    this.state = state;
    this.target = target;
    this.clock = clock;
  }

  /**
   * What was copied.
   *
   * @param ledgerBytes how large the copy of the ledger is
   * @param files the folder with everything else; it holds what the state folder holds
   * @param runs how many runs are not finished, with those that answer them
   */
  public record Result(
      Path ledger,
      long ledgerBytes,
      int version,
      Instant taken,
      Path files,
      int runs,
      long bytes) {}

  /** The folder for everything but the ledger. */
  public static Path files(Path target) {
    return target.resolveSibling(target.getFileName() + ".files");
  }

  /** How far it is, in words; empty before it has begun. */
  public String progress() {
    Path file = growing;
    try {
      return file != null && Files.exists(file)
          ? "Copying the ledger: "
              + Amounts.size(Files.size(file))
              + " of about "
              + Amounts.size(expected)
          : progress;
    } catch (IOException e) {
      return progress;
    }
  }

  /**
   * Whether the folder of a backup's files may be written: it is not there yet, or an earlier
   * backup has made it. Anything else, the state folder even, would be removed for it.
   */
  public static boolean mayWriteFiles(Path target) throws IOException {
    Path files = files(target);
    if (!Files.isDirectory(files, LinkOption.NOFOLLOW_LINKS)) {
      return !Files.exists(files, LinkOption.NOFOLLOW_LINKS);
    }
    try (Stream<Path> entries = Files.list(files)) {
      return entries.allMatch(entry -> FOLDERS.contains(entry.getFileName().toString()));
    }
  }

  /**
   * Makes the backup in place of what is there. Until the whole of it is there the old one stays.
   *
   * @throws UsageException if the ledger cannot be used, there is no room, or another backup is
   *     being written to the same place
   */
  public Result write() throws IOException {
    Path lock = AtomicFiles.aside(target, "lock");
    try (RandomAccessFile held =
        LockFile.takeFile(lock)
            .orElseThrow(
                () ->
                    new UsageException(
                        "Another backup is being written to "
                            + target
                            + "; wait until it has ended, or give another name."))) {
      try {
        return writeAlone();
      } finally {
        Files.deleteIfExists(lock);
      }
    }
  }

  private Result writeAlone() throws IOException {
    Path folder = target.toAbsolutePath().getParent();
    expected = LedgerBackup.size(state);
    LedgerBackup.requireRoom(folder, expected, "the ledger");
    Instant taken = clock.instant();
    growing = AtomicFiles.aside(target, "copy");
    LedgerBackup.Copied copied = LedgerBackup.copy(state, target, taken);
    growing = null;
    Path part = AtomicFiles.aside(files(target), "copy");
    try {
      AtomicFiles.removeTree(part);
      List<Path> sources = sources(copied);
      LedgerBackup.requireRoom(
          folder,
          sizes(sources),
          "the files of " + Amounts.count(copied.runs().size(), "open run"));
      PrivateFiles.createFolder(part);
      long bytes = copy(sources, part);
      AtomicFiles.removeTree(files(target));
      AtomicFiles.rename(part, files(target));
      AtomicFiles.publish(copied.part(), target);
      return new Result(
          target,
          Files.size(target),
          copied.version(),
          taken,
          files(target),
          copied.runs().size(),
          bytes);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(copied.part());
      AtomicFiles.removeTree(part);
      throw e;
    }
  }

  private List<Path> sources(LedgerBackup.Copied copied) throws IOException {
    List<Path> sources = new ArrayList<>(copied.media());
    for (String run : copied.runs()) {
      addFiles(state.run(run).path(), sources);
    }
    for (String pack : copied.packs()) {
      addFiles(state.pack(pack).path(), sources);
    }
    return sources;
  }

  private static void addFiles(Path folder, List<Path> sources) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      files.filter(Backup::isKept).forEach(sources::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      // it was removed meanwhile
    }
  }

  /** What is written aside has no meaning yet. */
  private static boolean isKept(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".") && !name.equals(OWNER);
  }

  private static long sizes(List<Path> files) {
    return files.stream().mapToLong(file -> file.toFile().length()).sum();
  }

  private long copy(List<Path> sources, Path folder) throws IOException {
    long bytes = 0;
    for (int i = 0; i < sources.size(); i++) {
      progress =
          "Copying the files of open runs: "
              + Amounts.count(i + 1L)
              + " of "
              + Amounts.count(sources.size());
      Path source = sources.get(i);
      Path copy =
          folder.resolve(
              state.path().toAbsolutePath().relativize(source.toAbsolutePath()).toString());
      PrivateFiles.createFolder(copy.getParent());
      bytes += copy(source, copy);
    }
    return bytes;
  }

  /** A stage may write the file meanwhile, or remove it. */
  private static long copy(Path source, Path copy) throws IOException {
    for (int tries = 1; ; tries++) {
      try (RegularFile open = RegularFile.open(source)) {
        AtomicFiles.copyUnforced(open, copy, open.mode());
        AtomicFiles.force(copy);
        return open.state().size();
      } catch (NoSuchFileException | NotRegular e) {
        return 0; // it has become something else, which is found out again
      } catch (IOException e) {
        if (tries == TRIES || Files.exists(copy)) {
          throw e;
        }
      }
    }
  }
}
