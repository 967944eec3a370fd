package dev.geminibatch.sandbox;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** A running sandbox server on the loopback address. What it holds is gone when it is closed. */
public final class Sandbox implements AutoCloseable {
  static {
    // Without this, every small answer waits for the client's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final Path folder;
  private final BatchStore batches;
  private final Faults faults;
  private final Counters counters;
  private final MovableClock clock;

  private Sandbox(
      HttpServer server,
      ExecutorService threads,
      Path folder,
      BatchStore batches,
      Faults faults,
      Counters counters,
      MovableClock clock) {
    this.clock = clock;
    this.server = server;
    this.threads = threads;
    this.folder = folder;
    this.batches = batches;
    this.faults = faults;
    this.counters = counters;
  }

  /**
   * Starts a sandbox.
   *
   * @param port 0 for any free one
   * @param jobTime how long a job takes from its creation to its end, by the clock; a third of it
   *     the job is pending
   */
  public static Sandbox start(int port, Duration jobTime, Clock source) throws IOException {
    MovableClock clock = new MovableClock(source);
    Path folder = folder();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
    ExecutorService threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "sandbox");
              thread.setDaemon(true);
              return thread;
            });
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    Faults faults = new Faults(clock);
    Counters counters = new Counters();
    FileStore files = new FileStore(folder, base, faults, clock);
    BatchStore batches = new BatchStore(folder, files, faults, jobTime, clock, threads, counters);
    server.createContext("/", new SandboxHandler(base, files, batches, faults, counters));
    server.createContext("/sandbox", new SandboxControl(batches, faults, counters, clock));
    server.setExecutor(threads);
    server.start();
    return new Sandbox(server, threads, folder, batches, faults, counters, clock);
  }

  /** Where the system keeps temporary files, or else where we are. */
  private static Path folder() throws IOException {
    String prefix = "gemini-batch-sandbox-";
    try {
      return Files.createTempDirectory(prefix);
    } catch (IOException e) {
      return Files.createTempDirectory(Path.of("").toAbsolutePath(), "." + prefix);
    }
  }

  /** The base URL to give to a client. */
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** From now on jobs take this long, those that are there already as well. */
  public void setJobTime(Duration jobTime) {
    batches.setJobTime(jobTime);
  }

  /** The misbehaviour to come. */
  public Faults faults() {
    return faults;
  }

  /** The time by which files and jobs grow old. */
  public MovableClock clock() {
    return clock;
  }

  /** How many tokens jobs may put in; without limits at first. */
  public TokenQuota quota() {
    return batches.quota();
  }

  /** What was asked of it so far. */
  public Counters counters() {
    return counters;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove the sandbox's folder " + folder, e);
    }
  }
}
