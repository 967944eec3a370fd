package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program with its ledger on a server that comes and goes. */
@Tag("process")
class PostgresDaemonTest {
  private static final String PASSWORD = "opensesame4711";

  @TempDir Path folder;
  @TempDir Path programs;

  private PostgresServer server;
  private Sandbox sandbox;
  private RealJar jar;

  @BeforeEach
  void start() throws Exception {
    server = PostgresServer.start(programs);
    server.execute("postgres", "CREATE ROLE runner LOGIN");
    server.execute("postgres", "CREATE DATABASE batches OWNER runner");
    sandbox = Sandbox.start(0, Duration.ofMillis(800), Clock.systemUTC());
    Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    jar =
        new RealJar(folder, sandbox.baseUrl())
            .with("LEDGER_URL", server.url("batches"))
            .with("LEDGER_USER", "runner")
            .with("LEDGER_PASSWORD_FILE", password.toString());
    Files.createDirectories(folder.resolve("inbox"));
  }

  @AfterEach
  void stop() throws IOException {
    if (sandbox != null) {
      sandbox.close();
      server.close();
    }
  }

  private void drop(String name) throws IOException {
    Path part = folder.resolve(name + ".part");
    Files.writeString(part, validation(name) + "\n");
    Files.move(part, folder.resolve("inbox").resolve(name + ".jsonl"));
  }

  private void awaitAnswers(String name) {
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(folder.resolve("outbox").resolve(name + "-batch-results.jsonl")));
    assertThat(keys(new Outbox(folder.resolve("outbox")).results(name))).hasSize(1);
  }

  @Test
  void while_the_server_is_away_work_pauses_and_nothing_is_lost_or_paid_twice() throws Exception {
    assertThat(jar.run("--check").out()).contains("reachable, none yet");
    RealJar.Running daemon = jar.start();
    drop("first");
    awaitAnswers("first");
    drop("second");
    await().until(() -> sandbox.counters().jobsCreated() == 2);

    server.stop();
    drop("third");
    daemon.says("third");
    assertThat(jar.run("--check").out()).contains("cannot be reached");
    RealJar.Result status = jar.run("--status");
    assertThat(status.exit()).isEqualTo(1);
    assertThat(status.err()).contains("cannot be reached").doesNotContain("at dev.geminibatch");
    server.startAgain();
    awaitAnswers("second");
    awaitAnswers("third");

    daemon.kill();
    daemon = jar.start();
    drop("fourth");
    awaitAnswers("fourth");
    assertThat(jar.run("--status").out()).contains("first", "second", "third", "fourth");
    assertThat(jar.run("--check").out()).contains("reachable, version");
    assertThat(jar.run("--backup", folder.resolve("copy").toString()).err()).contains("pg_dump");
    daemon.stop();

    assertThat(sandbox.counters().jobsCreated()).isEqualTo(4);
    assertThat(folder.resolve("state/ledger.db")).doesNotExist();
    try (var texts = Files.list(folder)) {
      for (Path text : texts.filter(file -> file.toString().endsWith(".txt")).toList()) {
        assertThat(text).content().doesNotContain(PASSWORD);
      }
    }
  }
}
