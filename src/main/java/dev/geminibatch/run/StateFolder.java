package dev.geminibatch.run;

import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What lies in the state folder beside the ledger. */
public record StateFolder(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger("state");

  private static final String RUNS = "runs";
  private static final String PACKS = "packs";

  /** Our own folders, in which prompts and answers lie. */
  private static final List<String> FOLDERS =
      List.of(RUNS, PACKS, "remote", "gathered", "workers", "native");

  private static final List<String> LEDGER = List.of("ledger.db", "ledger.db-wal", "ledger.db-shm");

  /** The root of a disk holds it. */
  private static final String OF_THE_SYSTEM = "lost+found";

  /** Makes the folder, readable by its owner only: prompts and answers are private. */
  void create() throws IOException {
    PrivateFiles.createFolder(path);
  }

  /**
   * Makes the folder, and closes one that earlier versions left open to others. A folder that is
   * not ours, or that holds other folders as well, stays open; then what is ours in it is closed.
   *
   * @throws UsageException when it is another user's, or its place is
   */
  public void prepare() throws IOException {
    prepare(true);
  }

  /** The same, where the ledger is on a server. */
  public void prepareWithoutLedger() throws IOException {
    prepare(false);
  }

  /**
   * Makes a folder in a folder of ours, which is not made again: what is written to the place of a
   * file system that is not mounted would be lost as soon as it is.
   */
  static void createWithin(Path folder) throws IOException {
    Path ours = folder.getParent();
    if (!Files.isDirectory(ours)) {
      throw new IOException(
          ours
              + " is not there any more. If the state folder is on a file system of its own, see"
              + " that it is mounted; else start this program again.");
    }
    PrivateFiles.createFolder(folder);
  }

  private void prepare(boolean hasLedger) throws IOException {
    try {
      prepareOurs(hasLedger);
    } catch (AccessDeniedException e) {
      throw new UsageException(
          "The state folder "
              + path
              + " cannot be made or opened; run this as the user of the daemon, or set"
              + " state.directory to a folder that you may write to.");
    }
  }

  private void prepareOurs(boolean hasLedger) throws IOException {
    create();
    PrivateFiles.createFolder(path.resolve(RUNS));
    PrivateFiles.createFolder(path.resolve(PACKS));
    if (hasLedger) {
      // The database gives what it keeps beside its file the permissions of that file.
      PrivateFiles.createFile(path.resolve(LEDGER.get(0)));
    }
    if (!holdsOtherFolders() && PrivateFiles.restrict(path)) {
      closeWhatIsThere();
      return;
    }
    boolean isPrivate = true;
    for (String folder : FOLDERS) {
      PrivateFiles.createFolder(path.resolve(folder));
      isPrivate &= PrivateFiles.restrict(path.resolve(folder));
    }
    for (Path file : ledger()) {
      isPrivate &= PrivateFiles.restrict(file);
    }
    if (!isPrivate) {
      LOG.warn(
          "Other users of this machine can read prompts and answers in the state folder {}, and this"
              + " program may not change that. As the owner of the folder, run: chmod 700 {}",
          path,
          path);
    }
  }

  /** Nobody can reach it any more; it is closed as well in case somebody copies the folder. */
  private void closeWhatIsThere() {
    Stream.concat(FOLDERS.stream(), LEDGER.stream())
        .map(path::resolve)
        .forEach(PrivateFiles::restrict);
  }

  private boolean holdsOtherFolders() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .anyMatch(
              name ->
                  !FOLDERS.contains(name) && !name.startsWith(".") && !name.equals(OF_THE_SYSTEM));
    }
  }

  /** The files of one run. */
  public RunFolder run(String runId) {
    return new RunFolder(runs().resolve(runId));
  }

  /** The folder that holds those of all runs. */
  public Path runs() {
    return path.resolve(RUNS);
  }

  /** What is in it, one run each if nobody has put anything else there; to be closed. */
  public Stream<Path> inRuns() throws IOException {
    return Files.isDirectory(runs()) ? Files.list(runs()) : Stream.empty();
  }

  /** The ledger, and what the database keeps beside it while it is open. */
  public List<Path> ledger() {
    return LEDGER.stream().map(path::resolve).toList();
  }

  /** Says to which ledger the folder belongs, if that is on a server. */
  public Path ledgerMark() {
    return path.resolve("ledger.mark");
  }

  /** Says that the ledger was moved to a server, and to which. */
  public Path ledgerMoved() {
    return path.resolve("ledger.moved");
  }

  /** What the ledger was when it was moved to a server. */
  public Path ledgerSetAside() {
    return path.resolve("ledger.db.moved");
  }

  /** The folders of all packs. */
  public Path packs() {
    return path.resolve(PACKS);
  }

  /** The files of one pack. */
  public PackFolder pack(String packId) {
    return new PackFolder(packs().resolve(packId));
  }

  /** Files that were fetched from the network, named by the hash of their content. */
  public Path remoteMedia() {
    return path.resolve("remote");
  }

  /** Exports that are made of pictures, a folder for each profile. */
  public Path gathered() {
    return path.resolve("gathered");
  }

  /** The locks of the processes that work on runs. */
  public Path workers() {
    return path.resolve("workers");
  }

  /** The native library of the ledger's database. */
  public Path nativeLibrary() {
    return path.resolve("native");
  }

  /** The lock of the daemon. */
  Path daemonLock() {
    return path.resolve("daemon.lock");
  }
}
