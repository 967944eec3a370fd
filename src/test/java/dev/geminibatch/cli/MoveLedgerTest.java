package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.testkit.Cluster;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program with a ledger that is moved while jobs are open. */
@Tag("process")
class MoveLedgerTest {
  @TempDir Path folder;
  @TempDir Path programs;

  private Cluster cluster;
  private RealJar jar;
  private String url;

  @BeforeEach
  void start() throws Exception {
    cluster = Cluster.start(folder, programs, Duration.ofHours(1));
    url = cluster.url();
    jar = cluster.jar().with("LEDGER_URL", null);
  }

  @AfterEach
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private void drop(String name, String content) throws IOException {
    cluster.drop(name, validation(content));
  }

  private void awaitAnswers(String name) {
    cluster.awaitAnswers(name, 1);
  }

  @Test
  void a_run_begins_in_the_folder_ends_on_the_server_and_is_known_back_in_the_folder()
      throws Exception {
    RealJar.Running daemon = cluster.start(jar);
    drop("first", "first");
    await().until(() -> cluster.sandbox().counters().jobsCreated() == 1);
    RealJar.Result busy = jar.run("--move-ledger", url);
    assertThat(busy.exit()).isEqualTo(ExitCode.USAGE);
    assertThat(busy.err()).contains("A daemon works with the state folder", "Stop it");
    daemon.kill();

    RealJar.Result moved = jar.run("--move-ledger", url);

    assertThat(moved.exit()).as(moved.err()).isZero();
    assertThat(moved.out())
        .contains("with 1 run, 1 job and 0 uploads is on " + url, "set ledger.url = " + url);
    for (String command : new String[] {"", "--status", "--check"}) {
      RealJar.Result refused = jar.run(command.isEmpty() ? new String[0] : new String[] {command});
      assertThat(refused.exit()).as(command).isEqualTo(ExitCode.USAGE);
      assertThat(refused.err() + refused.out()).as(command).contains("is on " + url);
    }

    jar.with("LEDGER_URL", url);
    cluster.sandbox().setJobTime(Duration.ofMillis(300));
    cluster.sandbox().clock().forward(Duration.ofHours(1));
    daemon = cluster.start(jar);
    awaitAnswers("first");
    drop("again", "first");
    awaitAnswers("again");
    drop("second", "second");
    awaitAnswers("second");
    assertThat(cluster.sandbox().counters().jobsCreated()).isEqualTo(2);
    daemon.stop();

    RealJar.Result back = jar.run("--move-ledger", "sqlite", "--json");

    assertThat(back.exit()).as(back.err()).isZero();
    assertThat(new ObjectMapper().readTree(back.out()).path("runs").asInt()).isEqualTo(3);
    RealJar.Result refused = jar.run();
    assertThat(refused.exit()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("was moved to " + folder.resolve("state"));

    jar.with("LEDGER_URL", null);
    daemon = cluster.start(jar);
    drop("second again", "second");
    awaitAnswers("second again");
    drop("third", "third");
    awaitAnswers("third");
    daemon.stop();
    assertThat(jar.run("--status").out()).contains("first", "again", "second", "third");
    assertThat(cluster.sandbox().counters().jobsCreated()).isEqualTo(3);
  }

  @Test
  void what_cannot_be_moved_is_refused_with_what_to_write() throws Exception {
    assertThat(jar.run("--move-ledger", "mysql://x").err())
        .contains("--move-ledger is mysql://x", "jdbc:postgresql://HOST:PORT/DATABASE", "sqlite");
    assertThat(jar.run("--move-ledger", "sqlite").err()).contains("ledger.url is empty");
    jar.with("LEDGER_USER", null);
    assertThat(jar.run("--move-ledger", url).err())
        .contains("--move-ledger needs the user of the database", "Set ledger.user")
        .doesNotContain("ledger.url");
    jar.with("LEDGER_USER", "runner");
    RealJar.Result nothing = jar.run("--move-ledger", url);
    assertThat(nothing.exit()).isEqualTo(ExitCode.USAGE);
    assertThat(nothing.err()).contains("There is no state folder");
    assertThat(jar.run("--status").exit()).isZero();
    cluster.server().stop();
    RealJar.Result away = jar.run("--move-ledger", url);
    assertThat(away.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(away.err()).contains("cannot be reached").doesNotContain("\tat ");
    cluster.server().startAgain();
    assertThat(jar.run("--move-ledger", url, "--quiet").exit()).isZero();
  }
}
