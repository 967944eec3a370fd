package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packaged program does with its ledger: copies it, or refuses it. */
@Tag("process")
class LedgerCommandsTest {
  @TempDir Path folder;
  private Sandbox sandbox;
  private RealJar jar;

  @BeforeEach
  void open() throws IOException {
    sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC());
    jar = new RealJar(folder, sandbox.baseUrl()).with("MANAGEMENT_ENABLED", "false");
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  private void drop(String name) throws IOException {
    Path part = Files.createDirectories(folder.resolve("inbox")).resolve(name + ".part");
    Files.writeString(
        part,
        "{\"key\":\"%1$s\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"%1$s\"}]}]}}"
            .formatted(name));
    Files.move(part, folder.resolve("inbox").resolve(name));
  }

  @Test
  void a_backup_is_made_while_the_daemon_works_and_replaces_nothing_unasked() throws Exception {
    Path backup = Files.createDirectory(folder.resolve("backup")).resolve("ש backup.db");
    RealJar.Running daemon = jar.start();
    try {
      daemon.says("Ready");
      for (int i = 0; i < 40; i++) {
        drop("f" + i + ".jsonl");
      }
      await().until(() -> sandbox.counters().jobsCreated() > 3);

      RealJar.Result made = jar.run("--backup", backup.toString(), "--json");

      assertThat(made.exit()).as(made.err()).isZero();
      JsonNode document = new ObjectMapper().readTree(made.out());
      assertThat(document.path("ledger").asText()).isEqualTo(backup.toString());
      assertThat(document.path("openRuns").asInt()).isPositive();
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + backup);
          Statement statement = connection.createStatement()) {
        try (ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
          assertThat(row.next() ? row.getString(1) : "").isEqualTo("ok");
        }
        try (ResultSet runs =
            statement.executeQuery("SELECT id FROM run WHERE state <> 'RECEIVING'")) {
          while (runs.next()) {
            assertThat(folder.resolve("backup/ש backup.db.files/runs/" + runs.getString(1)))
                .isNotEmptyDirectory();
          }
        }
      }
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
          .isEqualTo("rw-------");

      byte[] first = Files.readAllBytes(backup);
      RealJar.Result again = jar.run("--backup", backup.toString());
      assertThat(again.exit()).isEqualTo(ExitCode.USAGE);
      assertThat(again.err()).contains(backup.toString(), "exists", "--yes");
      assertThat(Files.readAllBytes(backup)).isEqualTo(first);
      assertThat(jar.run("--backup", backup.toString(), "--yes").exit()).isZero();
      assertThat(folder.resolve("backup").toFile().list()).hasSize(2);
    } finally {
      daemon.kill();
    }
  }

  @Test
  void a_newer_ledger_is_refused_by_the_daemon_and_by_commands() throws Exception {
    assertThat(jar.run("--status").exit()).isZero();
    Path ledger = folder.resolve("state/ledger.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE flyway_schema_history SET version = '99' WHERE version = '7'");
    }
    byte[] before = Files.readAllBytes(ledger);
    Path input = folder.resolve("x.jsonl");
    Files.writeString(input, "{}");

    for (String command : new String[] {"", "--status", "--pause x", "--file " + input}) {
      RealJar.Result refused = jar.run(command.isEmpty() ? new String[0] : command.split(" ", 2));
      assertThat(refused.exit()).as(command).isEqualTo(ExitCode.USAGE);
      assertThat(refused.err())
          .as(command)
          .contains(ledger.toString(), "version 99", "newer program", "backup")
          .doesNotContain("\tat ");
    }
    assertThat(Files.readAllBytes(ledger)).isEqualTo(before);
  }

  @Test
  void a_daemon_ends_when_it_finds_its_ledger_damaged() throws Exception {
    assertThat(jar.run("--status").exit()).isZero();
    Path ledger = folder.resolve("state/ledger.db");
    byte[] content = Files.readAllBytes(ledger);
    Arrays.fill(content, content.length - 2 * 4096, content.length, (byte) 0x5a);
    Files.write(ledger, content);

    RealJar.Result refused = jar.run();

    assertThat(refused.exit()).as(refused.err()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err())
        .contains(ledger.toString(), "is damaged", "backup")
        .doesNotContain("\tat ");
  }
}
