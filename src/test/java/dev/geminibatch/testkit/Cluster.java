package dev.geminibatch.testkit;

import static dev.geminibatch.testkit.Outbox.keys;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What daemons share: a ledger on a server of the test's own, their folders, and the sandbox. */
public final class Cluster implements AutoCloseable {
  /** The server takes any; it must not be seen. */
  public static final String PASSWORD = "opensesame4711";

  private static final String OWNER = "runner";
  private static final String DATABASE = "batches";

  private final Path folder;
  private final PostgresServer server;
  private final Sandbox sandbox;
  private final List<RealJar.Running> daemons = new ArrayList<>();

  private Cluster(Path folder, PostgresServer server, Sandbox sandbox) {
    this.folder = folder;
    this.server = server;
    this.sandbox = sandbox;
  }

  /**
   * Starts one without daemons, or skips the test where there is no server.
   *
   * @param folder for the folders of the daemons and their media
   * @param programs for the server
   * @param jobTime how long the sandbox works on a job
   */
  public static Cluster start(Path folder, Path programs, Duration jobTime) throws Exception {
    PostgresServer server = PostgresServer.start(programs);
    server.execute("postgres", "CREATE ROLE " + OWNER + " LOGIN");
    server.execute("postgres", "CREATE DATABASE " + DATABASE + " OWNER " + OWNER);
    Files.createDirectories(folder.resolve("inbox"));
    Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    return new Cluster(folder, server, Sandbox.start(0, jobTime, Clock.systemUTC()));
  }

  public PostgresServer server() {
    return server;
  }

  public Sandbox sandbox() {
    return sandbox;
  }

  public String url() {
    return server.url(DATABASE);
  }

  /** Executes a statement in the database of the ledger. */
  public void execute(String sql) throws Exception {
    server.execute(DATABASE, sql);
  }

  /** The first value of the first row that the database of the ledger has for it. */
  public String value(String sql) throws Exception {
    return server.value(DATABASE, sql);
  }

  /** What the ledger is like now. */
  public LedgerSnapshot snapshot() throws Exception {
    return LedgerSnapshot.take(server, DATABASE);
  }

  /** The program with the shared ledger and folders, unless it is given some of its own. */
  public RealJar jar() {
    return new RealJar(folder, sandbox.baseUrl())
        .with("LEDGER_URL", url())
        .with("LEDGER_USER", OWNER)
        .with("LEDGER_PASSWORD_FILE", folder.resolve("password").toString())
        .with("MEDIA_ROOT", folder.toString());
  }

  /** The same with a name. */
  public RealJar member(String name) {
    return jar().with("MEMBER_NAME", name);
  }

  /** Starts a daemon, which does not outlive the test. */
  public RealJar.Running start(RealJar jar) throws IOException {
    RealJar.Running daemon = jar.start();
    daemons.add(daemon);
    return daemon;
  }

  /** A picture of its own that lines may name. */
  public void picture(String name) throws IOException {
    Files.write(folder.resolve(name), Samples.png("image " + name));
  }

  /** Puts a file into the inbox, whole. */
  public void drop(String name, String... lines) throws IOException {
    Path part = folder.resolve(name + ".part");
    Files.writeString(part, String.join("\n", lines) + "\n");
    Files.move(part, folder.resolve("inbox").resolve(name + ".jsonl"));
  }

  /** Where the answers of a dropped file appear. */
  public Path results(String name) {
    return folder.resolve("outbox").resolve(name + "-batch-results.jsonl");
  }

  /** Waits for them; each request has one. */
  public void awaitAnswers(String name, int requests) {
    await()
        .pollDelay(Duration.ZERO)
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(results(name)));
    assertThat(keys(Outbox.lines(results(name)))).hasSize(requests).doesNotHaveDuplicates();
  }

  /** Whoever still runs is killed. */
  @Override
  public void close() throws Exception {
    for (RealJar.Running daemon : daemons) {
      daemon.kill();
    }
    sandbox.close();
    server.close();
  }
}
