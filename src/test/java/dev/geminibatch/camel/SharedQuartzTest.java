package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.testkit.DatabasePerTest;
import dev.geminibatch.testkit.LogEar;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.Workshop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quartz.Scheduler;
import org.quartz.impl.SchedulerRepository;
import org.quartz.simpl.RAMJobStore;

/** Ticks of two members that share a ledger. */
@Tag("camel")
class SharedQuartzTest extends DatabasePerTest {
  private static final String AT_WORK_WHEN_ITS_MEMBER_DIED =
      """
      INSERT INTO gemini_batch.qrtz_fired_triggers (sched_name, entry_id, trigger_name, trigger_group,
        instance_name, fired_time, sched_time, priority, state, job_name, job_group, is_nonconcurrent,
        requests_recovery)
      VALUES ('gemini-batch', 'died1', 'rare', 'Camel', 'died', 1000, 1000, 5, 'EXECUTING', 'rare',
        'Camel', false, true)""";

  private static final String REPEATED =
      "SELECT count(*) FROM gemini_batch.qrtz_triggers WHERE trigger_group = 'RECOVERING_JOBS'";

  @TempDir private Path folder;

  private final List<Workshop> members = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Workshop each : members) {
      each.close();
    }
  }

  /** A daemon with routes of its user, which note the times at which they should have fired. */
  private Workshop member(String member, String... routes) throws IOException {
    return memberOf(folder.resolve(member).resolve("state"), member, routes);
  }

  private Workshop memberOf(Path state, String member, String... routes) throws IOException {
    Path home = Files.createDirectories(folder.resolve(member));
    Path extra = Files.createDirectories(home.resolve("mine"));
    for (String route : routes) {
      Files.writeString(extra.resolve(route + ".camel.yaml"), route(home, route));
    }
    List<String> replaced = new ArrayList<>(List.of(routes));
    replaced.retainAll(List.of("poll", "clean"));
    Path password = Files.writeString(home.resolve("password"), "any");
    Workshop workshop =
        Workshop.open(
            home,
            "routes.extra=mine",
            "routes.off=" + String.join(",", replaced),
            "state.directory=" + state,
            "ledger.url=" + server.url(name),
            "ledger.user=" + PostgresServer.USER,
            "ledger.password-file=" + password);
    members.add(workshop);
    return workshop;
  }

  private static String route(Path home, String id) {
    return """
    - route:
        id: my-%s
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
            switch (id) {
              case "poll" -> "direct:poll";
              case "rare" -> "quartz:rare?cron=0+0+0+1+1+?+2099&recoverableJob=true";
              default -> "quartz:" + id + "?trigger.repeatInterval=200";
            },
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

  private List<String> allTimes(String route) {
    List<String> all = new ArrayList<>(times("one", route));
    all.addAll(times("other", route));
    return all;
  }

  private void awaitMore(String member, String route) {
    int before = times(member, route).size();
    await().until(() -> times(member, route).size() > before + 2);
  }

  @Test
  void a_tick_comes_once_and_elsewhere_when_its_member_ends() throws IOException {
    member("one", "mine");
    member("other", "mine");
    await().until(() -> allTimes("mine").size() > 20);
    assertThat(allTimes("mine")).doesNotHaveDuplicates();

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
  void a_tick_of_a_member_that_died_is_repeated_where_its_route_is() throws Exception {
    member("one", "rare");
    members.remove(0).close();
    server.execute(name, AT_WORK_WHEN_ITS_MEMBER_DIED);
    member("other", "mine");
    await().until(() -> server.value(name, REPEATED).equals("1"));
    awaitMore("other", "mine");
    assertThat(times("one", "rare")).isEmpty();

    member("one", "rare");

    await().until(() -> times("one", "rare").size() == 1);
    await().until(() -> server.value(name, REPEATED).equals("0"));
  }

  @Test
  void each_state_folder_is_cleaned_by_one_of_its_members() throws IOException {
    member("one", "clean");
    member("other", "clean");
    awaitMore("one", "clean");
    awaitMore("other", "clean");
    awaitMore("one", "clean");
  }

  @Test
  void a_state_folder_that_members_share_is_cleaned_once() throws IOException {
    Path state = folder.resolve("state");
    memberOf(state, "one", "clean");
    memberOf(state, "other", "clean");
    await().until(() -> allTimes("clean").size() > 20);
    assertThat(allTimes("clean")).doesNotHaveDuplicates();

    members.remove(0).close();
    awaitMore("other", "clean");
  }

  @Test
  void each_member_polls_at_ticks_of_its_own() throws IOException {
    member("one", "poll");
    member("other", "poll");

    awaitMore("one", "poll");
    awaitMore("other", "poll");
    awaitMore("one", "poll");
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

      assertThat(ticks.heard())
          .hasSize(1)
          .first()
          .asString()
          .contains("wait until their triggers")
          .doesNotContain("hostname");
      assertThat(ticks.records()).extracting(LogRecord::getThrown).containsOnlyNulls();
    }
  }

  @Test
  void a_daemon_whose_ledger_is_a_file_has_its_ticks_in_memory() throws Exception {
    try (Workshop daemon = Workshop.open(folder)) {
      assertThat(daemon.runs()).isEmpty();
      Collection<Scheduler> all = SchedulerRepository.getInstance().lookupAll();
      assertThat(all).isNotEmpty();
      for (Scheduler each : all) {
        assertThat(each.getMetaData().getJobStoreClass()).isEqualTo(RAMJobStore.class);
      }
    }
  }
}
