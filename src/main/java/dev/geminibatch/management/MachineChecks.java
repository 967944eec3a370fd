package dev.geminibatch.management;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.NameEncoding;
import dev.geminibatch.ledger.LedgerLook;
import dev.geminibatch.ledger.LedgerServer;
import dev.geminibatch.run.DaemonLock;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.settings.ManagementSettings;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The machine and its Java: temporary files, names of files, memory, and the management port. */
public final class MachineChecks {
  private static final int OLDEST_JAVA = 17;
  private static final long LEAST_MEMORY = 200L << 20;
  private static final long LEAST_TEMPORARY = 64L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(7);

  private final Settings settings;

  public MachineChecks(Settings settings) {
    this.settings = settings;
  }

  /** Each of them. */
  public List<Check> all() {
    return List.of(
        new Check("temporary files", "See whether the disk answers.", () -> List.of(temporary())),
        new Check("file names", "", () -> List.of(names())),
        new Check("java", "", () -> List.of(java(), memory())),
        new Check("management", "Set management.port to another one.", () -> List.of(port())));
  }

  private static Finding temporary() {
    Path folder = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    String name = "temporary files";
    String remedy =
        "Let this user write there, or give another folder with -Djava.io.tmpdir=FOLDER before"
            + " -jar.";
    try {
      Path file = Files.createTempFile(folder, "gemini-batch-", ".check");
      try {
        Files.write(file, new byte[1]);
      } finally {
        Files.deleteIfExists(file);
      }
      long free = Files.getFileStore(folder).getUsableSpace();
      return free < LEAST_TEMPORARY
          ? Finding.problem(
              name,
              folder + " has " + Amounts.size(free) + " free",
              "Make room, or give another folder with -Djava.io.tmpdir=FOLDER before -jar.")
          : Finding.ok(name, folder + ", " + Amounts.size(free) + " free");
    } catch (IOException e) {
      String why = Files.isDirectory(folder) ? "cannot be written to" : "is not there";
      return Finding.problem(name, folder + " " + why, remedy);
    }
  }

  private static Finding names() {
    return NameEncoding.remedy()
        .map(
            remedy ->
                Finding.warning(
                    "file names",
                    remedy.split("; ", 2)[0],
                    "Start it with LC_ALL=C.UTF-8 in the environment."))
        .orElseGet(() -> Finding.ok("file names", "every name can be used"));
  }

  private static Finding java() {
    int version = Runtime.version().feature();
    String found = "Java " + Runtime.version() + " in " + System.getProperty("java.home");
    return version < OLDEST_JAVA
        ? Finding.problem("java", found, "Install Java " + OLDEST_JAVA + " or later.")
        : Finding.ok("java", found);
  }

  private static Finding memory() {
    long most = Runtime.getRuntime().maxMemory();
    String found = "up to " + Amounts.size(most) + " for objects";
    return most < LEAST_MEMORY
        ? Finding.warning("memory", found, "Start with -Xmx256m or more before -jar.")
        : Finding.ok("memory", found);
  }

  private Finding port() throws IOException {
    ManagementSettings management = settings.operation().management();
    String at = management.host() + ":" + management.port();
    if (!management.isEnabled()) {
      return Finding.ok("management", "off (management.enabled)");
    }
    Optional<String> problem = PortTrial.problem(management);
    if (problem.isEmpty()) {
      return Finding.ok("management", "port " + at + " is free");
    }
    if (isDaemonHere() && isOurs(management)) {
      return Finding.ok("management", "port " + at + " is the running daemon's");
    }
    return Finding.problem(
        "management",
        "port " + at + " cannot be used: " + problem.get(),
        "Set management.port to a free port (0 takes any), or end the program that has it.");
  }

  private boolean isDaemonHere() throws IOException {
    StateFolder state = settings.folders().stateFolder();
    Optional<LedgerServer> server = settings.operation().ledger();
    return server.isEmpty()
        ? DaemonLock.isTaken(state)
        : LedgerLook.at(server.get(), state, Instant.EPOCH)
            .sharing()
            .filter(sharing -> sharing.daemons().stream().anyMatch(LedgerLook.Daemon::isHere))
            .isPresent();
  }

  /** Any answer to a request for health is one of ours: nobody else has the lock. */
  private static boolean isOurs(ManagementSettings management) {
    InetAddress any = new InetSocketAddress(management.host(), management.port()).getAddress();
    String host = any == null || any.isAnyLocalAddress() ? "127.0.0.1" : management.host();
    try {
      URI health =
          new URI("http", null, host, management.port(), "/observe/health/live", null, null);
      HttpURLConnection call = (HttpURLConnection) health.toURL().openConnection(Proxy.NO_PROXY);
      call.setConnectTimeout((int) PATIENCE.toMillis());
      call.setReadTimeout((int) PATIENCE.toMillis());
      try {
        return List.of(200, 401, 429, 503).contains(call.getResponseCode());
      } finally {
        call.disconnect();
      }
    } catch (IOException | URISyntaxException e) {
      return false;
    }
  }
}
