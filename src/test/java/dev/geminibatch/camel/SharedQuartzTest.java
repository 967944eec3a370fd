package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.testkit.LogEar;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.Workshop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quartz.Scheduler;
import org.quartz.impl.SchedulerRepository;
import org.quartz.simpl.RAMJobStore;

/** Ticks of two members that share a ledger. */
@Tag("camel")
class SharedQuartzTest {
  @TempDir private static Path programs;

  private static PostgresServer server;
  private static int databases;

  @TempDir private Path folder;

  private final List<Workshop> members = new ArrayList<>();
  private String database;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start(programs);
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void make() throws SQLException {
    databases++;
    database = "ticks" + databases;
    server.execute("postgres", "CREATE DATABASE " + database);
  }

  @AfterEach
  void close() throws IOException {
    for (Workshop each : members) {
      each.close();
    }
  }

  /** A daemon with a route of its user, which notes the times at which it should have fired. */
  private Workshop member(String name, String... routes) throws IOException {
    Path home = Files.createDirectories(folder.resolve(name));
    Path extra = Files.createDirectories(home.resolve("mine"));
    for (String route : routes) {
      Files.writeString(extra.resolve(route + ".camel.yaml"), route(home, route));
    }
    boolean isPollReplaced = List.of(routes).contains("polls");
    Path password = Files.writeString(home.resolve("password"), "any");
    Workshop member =
        Workshop.open(
            home,
            "routes.extra=mine",
            "routes.off=" + (isPollReplaced ? "poll" : ""),
            "ledger.url=" + server.url(database),
            "ledger.user=" + PostgresServer.USER,
            "ledger.password-file=" + password);
    members.add(member);
    return member;
  }

  private static String route(Path home, String id) {
    return """
    - route:
        id: %s
        from:
          uri: %s
          steps:
            - setBody:
                simple: ${date:header.scheduledFireTime:yyyy-MM-dd HH:mm:ss.SSS}
            - to:
                uri: file:%s
                parameters:
                  fileName: %s
                  fileExist: Append
                  appendChars: ";"
    """
        .formatted(
            id,
            id.equals("polls") ? "direct:poll" : "quartz:" + id + "?trigger.repeatInterval=200",
            home.resolve("noted"),
            id);
  }

  private List<String> times(String member, String route) {
    Path noted = folder.resolve(member).resolve("noted").resolve(route);
    try {
      return Files.exists(noted) ? List.of(Files.readString(noted).split(";")) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitMore(String member, String route) {
    int before = times(member, route).size();
    await().until(() -> times(member, route).size() > before + 2);
  }

  @Test
  void a_tick_comes_once_and_elsewhere_when_its_member_ends() throws IOException {
    member("one", "mine");
    member("other", "mine");
    await().until(() -> times("one", "mine").size() + times("other", "mine").size() > 20);
    List<String> all = new ArrayList<>(times("one", "mine"));
    all.addAll(times("other", "mine"));
    assertThat(all).doesNotHaveDuplicates();

    members.remove(0).close();
    awaitMore("other", "mine");

    member("one", "mine");
    members.remove(0).close();
    awaitMore("one", "mine");
  }

  @Test
  void a_tick_goes_to_a_member_that_has_its_route() throws IOException {
    member("one", "mine", "only-here");
    member("other", "mine");

    awaitMore("one", "only-here");
    members.remove(0).close();
    awaitMore("other", "mine");
    int before = times("one", "only-here").size();

    member("one", "mine", "only-here");
    await().until(() -> times("one", "only-here").size() > before);
  }

  @Test
  void each_member_polls_at_ticks_of_its_own() throws IOException {
    member("one", "polls");
    member("other", "polls");

    awaitMore("one", "polls");
    awaitMore("other", "polls");
    awaitMore("one", "polls");
  }

  @Test
  void ticks_come_again_when_the_database_is_back_and_one_line_says_that_they_wait()
      throws Exception {
    try (LogEar ticks = LogEar.at("ticks")) {
      member("one", "mine");
      awaitMore("one", "mine");
      server.stop();
      await().until(() -> !ticks.heard().isEmpty());
      server.startAgain();
      awaitMore("one", "mine");

      assertThat(ticks.heard()).hasSize(1).first().asString().contains("wait until their triggers");
      assertThat(ticks.records()).extracting(LogRecord::getThrown).containsOnlyNulls();
    }
  }

  @Test
  void a_daemon_whose_ledger_is_a_file_has_its_ticks_in_memory() throws Exception {
    try (Workshop daemon = Workshop.open(folder)) {
      assertThat(daemon.runs()).isEmpty();
      for (Scheduler each : SchedulerRepository.getInstance().lookupAll()) {
        assertThat(each.getMetaData().getJobStoreClass()).isEqualTo(RAMJobStore.class);
      }
    }
  }
}
