package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.testkit.Cluster;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program with its ledger on a server that comes and goes. */
@Tag("process")
class PostgresDaemonTest {
  @TempDir Path folder;
  @TempDir Path programs;

  private Cluster cluster;
  private RealJar jar;

  @BeforeEach
  void start() throws Exception {
    cluster = Cluster.start(folder, programs, Duration.ofMillis(800));
    jar = cluster.jar();
  }

  @AfterEach
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private void drop(String name) throws IOException {
    cluster.drop(name, validation(name));
  }

  private void awaitAnswers(String name) {
    cluster.awaitAnswers(name, 1);
  }

  @Test
  void while_the_server_is_away_work_pauses_and_nothing_is_lost_or_paid_twice() throws Exception {
    assertThat(jar.run("--check").out()).contains("reachable, none yet");
    RealJar.Running daemon = cluster.start(jar);
    drop("first");
    awaitAnswers("first");
    drop("second");
    await().until(() -> cluster.sandbox().counters().jobsCreated() == 2);

    cluster.server().stop();
    drop("third");
    daemon.says("third");
    assertThat(jar.run("--check").out()).contains("cannot be reached");
    RealJar.Result status = jar.run("--status");
    assertThat(status.exit()).isEqualTo(1);
    assertThat(status.err()).contains("cannot be reached").doesNotContain("at dev.geminibatch");
    cluster.server().startAgain();
    awaitAnswers("second");
    awaitAnswers("third");

    daemon.kill();
    daemon = cluster.start(jar);
    drop("fourth");
    awaitAnswers("fourth");
    assertThat(jar.run("--status").out()).contains("first", "second", "third", "fourth");
    assertThat(jar.run("--check").out()).contains("reachable, version");
    assertThat(jar.run("--backup", folder.resolve("copy").toString()).err()).contains("pg_dump");
    daemon.stop();

    assertThat(cluster.sandbox().counters().jobsCreated()).isEqualTo(4);
    assertThat(folder.resolve("state/ledger.db")).doesNotExist();
    try (var texts = Files.list(folder)) {
      for (Path text : texts.filter(file -> file.toString().endsWith(".txt")).toList()) {
        assertThat(text).content().doesNotContain(Cluster.PASSWORD);
      }
    }
  }

  @Test
  void a_command_waits_while_the_server_is_away() throws Exception {
    Path file = Files.writeString(folder.resolve("x.jsonl"), validation("x") + "\n");
    RealJar.Running command = jar.start("--file", file.toString());
    await().until(() -> cluster.sandbox().counters().jobsCreated() == 1);

    cluster.server().stop();
    command.says("Waiting for the ledger");
    cluster.server().startAgain();

    assertThat(command.result().exit()).isZero();
    assertThat(cluster.sandbox().counters().jobsCreated()).isEqualTo(1);
    assertThat(folder.resolve("x-batch-results.jsonl")).exists();
  }

  @Test
  void a_command_waits_for_the_server_no_longer_than_for_its_run() throws Exception {
    Path file = Files.writeString(folder.resolve("x.jsonl"), validation("x") + "\n");
    RealJar.Running command =
        jar.with("POLL_INTERVAL", "1m").with("JOB_TIMEOUT", "6s").start("--file", file.toString());
    await().until(() -> cluster.sandbox().counters().jobsCreated() == 1);

    cluster.server().stop();

    assertThat(command.result().exit()).isEqualTo(ExitCode.TIMED_OUT);
  }

  @Test
  void a_daemon_that_stood_still_while_it_started_starts_again() throws Exception {
    cluster.start(jar).says("Stop with").kill();
    // As the others take it for gone before it has done anything.
    cluster.execute(
        "CREATE FUNCTION gemini_batch.late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " IF (SELECT COUNT(*) FROM gemini_batch.member WHERE name = 'late') = 0"
            + " THEN NEW.state := 'GONE'; END IF; RETURN NEW; END $$");
    cluster.execute(
        "CREATE TRIGGER late BEFORE INSERT ON gemini_batch.member FOR EACH ROW"
            + " WHEN (NEW.name = 'late') EXECUTE FUNCTION gemini_batch.late()");

    RealJar.Running daemon = cluster.start(cluster.member("late"));

    daemon.says("stood still while it started").says("Stop with");
    drop("x");
    awaitAnswers("x");
    daemon.stop();
  }
}
