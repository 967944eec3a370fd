package dev.geminibatch.ledger;

import dev.geminibatch.io.Folders;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.OSInfo;

/**
 * Loads SQLite's native library from the state folder.
 *
 * <p>The driver itself unpacks it into the folder for temporary files at every start, which may be
 * missing, full or mounted {@code noexec}, and leaves it there when the process is killed. Here
 * every version is unpacked once. The folder for temporary files is only used where the state
 * folder does not allow programs.
 */
final class NativeSqlite {
  private static final String LIBRARY_PATH = "org.sqlite.lib.path";
  private static final String UNPACK_PATH = "org.sqlite.tmpdir";
  private static final String PREFIX = "sqlite-";

  /** Where the driver's jar has the libraries of all systems, and what they are called. */
  private static final String IN_JAR = "/org/sqlite/native/";

  private static final String FILE = System.mapLibraryName("sqlitejdbc");
  private static final Logger LOG = LoggerFactory.getLogger("state");

  private NativeSqlite() {}

  /**
   * Loads the library, once for the process.
   *
   * @param state is there
   * @throws UsageException when it can be loaded from no folder
   */
  static synchronized void load(StateFolder state) {
    load(Optional.of(state), Optional.empty());
  }

  /**
   * The same for somebody who only looks: a state folder that is not there is not made. Its place
   * is tried, so that a disk without programs is noticed before the first start.
   */
  static synchronized void loadToLook(StateFolder state) {
    if (Files.isWritable(state.path())) {
      load(state);
      return;
    }
    load(Optional.empty(), Optional.of(Folders.existing(state.path())));
  }

  private static void load(Optional<StateFolder> state, Optional<Path> place) {
    // Whoever names a library of his own, or a folder to unpack it into, gets what he asked for.
    // After the first call both name what was loaded.
    boolean isNamed =
        System.getProperty(LIBRARY_PATH) != null || System.getProperty(UNPACK_PATH) != null;
    if (isNamed) {
      return;
    }
    String system = system();
    if (SQLiteJDBCLoader.class.getResource(resource(system)) == null) {
      return; // not in the jar for this machine: the driver looks where the system keeps libraries
    }
    List<String> refusals = new ArrayList<>();
    boolean isLoaded =
        state.isPresent() && loadFrom(state.get().nativeLibrary(), system, refusals)
            || place.isPresent() && loadFromTemp(place, system, refusals)
            || loadFromTemp(Optional.empty(), system, refusals);
    if (!isLoaded) {
      throw new UsageException(
          "SQLite's library cannot be loaded: "
              + String.join("; ", refusals)
              + ". Mount the disk of the state folder without noexec, set state.directory to a"
              + " folder on a disk that allows programs, or give such a folder with"
              + " -Djava.io.tmpdir=FOLDER before -jar.");
    }
    state.ifPresent(there -> keepTemporaryFilesIn(there.path()));
  }

  /**
   * The system as the driver calls it. The driver runs a program on each Linux, to see whether it
   * is Android's; that takes ten times as long as to look for what each Android has.
   */
  static String system() {
    boolean isPlainLinux =
        System.getProperty("os.name").equals("Linux")
            && !Files.exists(Path.of("/system"))
            && !OSInfo.isMusl();
    return isPlainLinux
        ? "Linux/" + OSInfo.getArchName()
        : OSInfo.getNativeLibFolderPathForCurrentOS();
  }

  /** What does not fit into its cache SQLite writes to files that have no name. */
  private static void keepTemporaryFilesIn(Path folder) {
    String quoted = folder.toAbsolutePath().toString().replace("'", "''");
    try (Connection memory = SqliteDatabase.connect("jdbc:sqlite::memory:");
        Statement statement = memory.createStatement()) {
      statement.execute("PRAGMA temp_store_directory = '" + quoted + "'");
    } catch (SQLException e) {
      LOG.warn("SQLite keeps its temporary files where the system does: {}", e.getMessage());
    }
  }

  /**
   * @param place for the temporary folder; empty for where the system has them
   */
  private static boolean loadFromTemp(Optional<Path> place, String system, List<String> refusals) {
    Path temp;
    try {
      // No other user can write to it.
      temp =
          place.isPresent()
              ? Files.createTempDirectory(place.get(), ".gemini-batch-")
              : Files.createTempDirectory("gemini-batch-");
    } catch (IOException e) {
      refusals.add(
          place.map(Path::toString).orElse("the folder for temporary files")
              + " cannot be used: "
              + e.getMessage());
      return false;
    }
    boolean isDone = loadFrom(temp, system, refusals);
    try (Stream<Path> files = Files.walk(temp)) {
      files.forEach(file -> file.toFile().deleteOnExit()); // the last one first
    } catch (IOException e) {
      // it stays
    }
    return isDone;
  }

  private static String resource(String system) {
    return IN_JAR + system + "/" + FILE;
  }

  /**
   * @param system as the driver calls it
   */
  private static boolean loadFrom(Path folder, String system, List<String> refusals) {
    String ending = "-" + system.replace('/', '-');
    Path version = folder.resolve(PREFIX + SQLiteJDBCLoader.getVersion() + ending);
    Path library = version.resolve(FILE);
    try {
      PrivateFiles.createFolder(version.toAbsolutePath().getParent());
      PrivateFiles.createFolder(version);
      unpack(resource(system), library);
      System.load(library.toAbsolutePath().toString());
      System.setProperty(LIBRARY_PATH, version.toAbsolutePath().toString());
      System.setProperty(UNPACK_PATH, version.toAbsolutePath().toString()); // it cleans up there
    } catch (IOException | UnsatisfiedLinkError e) {
      refusals.add(
          "from " + folder + ": " + String.valueOf(e.getMessage()).replace(library + ": ", ""));
      return false;
    }
    removeOlder(folder, version, ending);
    return true;
  }

  private static void unpack(String resource, Path library) throws IOException {
    try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
      byte[] content = in.readAllBytes();
      // A start that was killed, or a disk that was full, may have left a part of it.
      if (Files.exists(library) && Arrays.equals(content, Files.readAllBytes(library))) {
        return;
      }
      Path part = Files.createTempFile(library.getParent(), ".", ".part");
      try {
        Files.write(part, content);
        move(part, library);
      } finally {
        Files.deleteIfExists(part);
      }
    }
  }

  private static void move(Path part, Path library) throws IOException {
    try {
      Files.move(
          part, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, library, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Those of versions before this one; a process that still uses one keeps it until it ends. */
  private static void removeOlder(Path folder, Path version, String ending) {
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        String name = entry.getFileName().toString();
        boolean isOlder = name.startsWith(PREFIX) && name.endsWith(ending);
        if (isOlder && !entry.equals(version)) {
          Files.deleteIfExists(entry.resolve(FILE));
          Files.deleteIfExists(entry);
        }
      }
    } catch (IOException e) {
      // They stay, and do no harm.
    }
  }
}
