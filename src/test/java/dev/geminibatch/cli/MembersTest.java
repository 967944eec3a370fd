package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.testkit.Cluster;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several daemons on one ledger: they are shown, drained, and end when the tables are newer. */
@Tag("process")
class MembersTest {
  @TempDir Path folder;
  @TempDir Path programs;

  private Cluster cluster;

  @BeforeEach
  void start() throws Exception {
    cluster = Cluster.start(folder, programs, Duration.ofHours(1));
  }

  @AfterEach
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private RealJar.Running start(RealJar jar) throws IOException {
    return cluster.start(jar).says("Stop with");
  }

  /** With the same folders as the others, unless it is given some of its own. */
  private RealJar member(String name) {
    return cluster
        .member(name)
        .with("MEMBER_SILENCE", "12s")
        .with("MANAGEMENT_ENABLED", "true")
        .with("MANAGEMENT_PORT", "0");
  }

  private void drop(String name) throws IOException {
    cluster.drop(name, validation(name));
  }

  private static JsonNode status(RealJar jar) throws Exception {
    return new ObjectMapper().readTree(jar.run("--status", "--json").out());
  }

  private static JsonNode member(JsonNode status, String name) {
    return StreamSupport.stream(status.path("members").spliterator(), false)
        .filter(each -> each.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void awaitRunsOf(RealJar jar, String name, int runs) {
    await().until(() -> member(status(jar), name).path("runs").asInt() == runs);
  }

  private static String get(RealJar.Running daemon, String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(address(daemon) + path)));
  }

  private static String act(RealJar.Running daemon, String run, String action) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(address(daemon) + "/api/v1/runs/" + run + "/actions"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"action\": \"" + action + "\"}")));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString()).body();
  }

  private static String address(RealJar.Running daemon) throws Exception {
    daemon.says("http://127.0.0.1:");
    Pattern address = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
    String log = Files.readString(daemon.err()) + Files.readString(daemon.out());
    Matcher found = address.matcher(log);
    assertThat(found.find()).as(log).isTrue();
    return found.group();
  }

  @Test
  void members_are_shown_and_one_that_is_drained_hands_over_its_runs() throws Exception {
    RealJar one = member("one");
    RealJar two = member("two").with("INBOX_DIRECTORY", folder.resolve("other").toString());
    RealJar.Running first = start(one);
    drop("a");
    awaitRunsOf(one, "one", 1);
    RealJar.Running second = start(two);

    RealJar.Result status = one.run("--status");
    assertThat(status.out()).contains("with member one").contains("MEMBER").contains("two");
    assertThat(one.run("--check").out()).contains("up: one (").contains("the ledger knows");
    assertThat(one.run("--drain").err()).contains("Several members of this machine are up", "two");
    assertThat(one.run("--drain", "three").err()).contains("There is no member three", "one, two");
    String page = get(second, "/members");
    assertThat(page).contains("one").contains("this one");
    assertThat(get(second, "/")).contains("with member one");
    assertThat(get(second, "/observe/health")).contains("Its heartbeats reach the ledger");
    assertThat(get(second, "/observe/metrics"))
        .contains("gemini_batch_members{state=\"up\"} 2.0")
        .contains("gemini_batch_member_heartbeat_age_seconds{member=\"two\"}")
        .contains("gemini_batch_member_runs{member=\"one\"} 1.0");

    RealJar.Result drained = one.run("--drain", "one");

    assertThat(drained.out()).contains("Member one has ended").contains("two");
    assertThat(drained.exit()).isZero();
    assertThat(first.result().exit()).isZero();
    awaitRunsOf(one, "two", 1);
    RealJar.Result gone = one.run("--drain", "one");
    assertThat(gone.exit()).isEqualTo(2);
    assertThat(gone.err()).contains("Member one is gone already").contains("Up: two");
    assertThat(get(second, "/api/v1/audit")).contains("Asked member one to hand over its runs");
    assertThat(member(status(one), "one").path("state").asText()).isEqualTo("gone");
    second.stop();
    assertThat(cluster.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void after_a_signal_the_others_continue_at_once() throws Exception {
    RealJar one = member("one").with("MEMBER_SILENCE", "10m");
    RealJar two = member("two").with("MEMBER_SILENCE", "10m");
    RealJar.Running first = start(one);
    drop("a");
    awaitRunsOf(one, "one", 1);
    RealJar.Running second = start(two);

    first.stop();

    awaitRunsOf(two, "two", 1);
    second.stop();
  }

  @Test
  void whoever_is_silent_is_taken_over_and_that_is_an_event() throws Exception {
    RealJar.Running first = start(member("one"));
    drop("a");
    awaitRunsOf(member("any"), "one", 1);
    RealJar.Running second = start(member("two"));

    first.signal("STOP");

    awaitRunsOf(member("any"), "two", 1);
    awaitEvent(second, "Member one has been silent for 12 s; its runs are taken over");

    RealJar.Running third = start(member("three"));
    second.kill();

    awaitRunsOf(member("any"), "three", 1);
    awaitEvent(third, "Member two has ended without a word; its runs are taken over");
    third.stop();
    assertThat(cluster.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  private static void awaitEvent(RealJar.Running daemon, String text) {
    await().until(() -> get(daemon, "/api/v1/events").contains(text));
  }

  @Test
  void a_run_waits_for_a_member_that_has_its_files() throws Exception {
    RealJar one = member("one").with("STATE_DIRECTORY", folder.resolve("own").toString());
    RealJar.Running first = start(one);
    drop("a");
    awaitRunsOf(one, "one", 1);
    RealJar.Running second = start(member("two"));

    first.stop();

    assertThat(one.run("--status").out())
        .contains("waits for a member with the state folder of one");
    String run = status(one).path("runs").path(0).path("run").asText();
    assertThat(one.run("--status", run).out())
        .contains("waits for a member with the state folder of one");
    assertThat(get(second, "/runs/" + run + "/lines"))
        .contains("The files of this run are with member one, which is not up.");
    assertThat(get(second, "/runs/" + run))
        .contains("waits for a member with the state folder of one");
    second.stop();
  }

  @Test
  void a_member_with_another_key_leaves_a_run_to_those_that_have_its_key() throws Exception {
    RealJar.Running first = start(member("one"));
    drop("a");
    awaitRunsOf(member("any"), "one", 1);
    RealJar.Running other = start(member("two").with("GEMINI_API_KEY", "key-of-another-project"));

    first.stop();
    other.says("was sent with another API key");
    start(member("three"));

    awaitRunsOf(member("any"), "three", 1);
    assertThat(cluster.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void the_window_of_one_member_acts_on_the_runs_of_another() throws Exception {
    RealJar one = member("one");
    RealJar.Running first = start(one);
    drop("a");
    awaitRunsOf(one, "one", 1);
    String run = status(one).path("runs").path(0).path("run").asText();
    RealJar.Running second = start(member("two"));

    assertThat(act(second, run, "pause")).contains("\"paused\":true");
    assertThat(get(first, "/api/v1/runs/" + run)).contains("\"paused\":true");
    assertThat(act(second, run, "resume")).contains("\"paused\":false");
    assertThat(act(second, run, "cancel")).contains("\"cancelled\":true");

    await().until(() -> get(second, "/api/v1/runs/" + run).contains("\"state\":\"delivered\""));
    assertThat(folder.resolve("outbox/a-batch-errors.jsonl")).exists();
    assertThat(get(second, "/runs/" + run + "/files/errors")).contains("cancelled");
    first.stop();
    second.stop();
  }

  @Test
  void a_member_of_a_program_that_is_too_old_ends_at_once_with_a_message() throws Exception {
    cluster.sandbox().faults().add("batch-create delay=10m times=1");
    RealJar.Running daemon = start(member("one").with("MEMBER_SILENCE", "60s"));
    drop("a");
    await().until(() -> cluster.sandbox().counters().requests(Endpoint.BATCH_CREATE) == 1);

    cluster.execute(
        "INSERT INTO gemini_batch.flyway_schema_history SELECT installed_rank + 100, '1000',"
            + " description, type, script, checksum, installed_by, installed_on, execution_time,"
            + " success FROM gemini_batch.flyway_schema_history WHERE version = '10'");

    await().atMost(Duration.ofSeconds(40)).until(() -> !daemon.process().isAlive());
    RealJar.Result result = daemon.result();
    assertThat(result.exit()).isEqualTo(2);
    assertThat(cluster.value("SELECT state FROM gemini_batch.member")).isEqualTo("GONE");
    assertThat(result.err() + result.out()).contains("are of version 1000 now");
    assertThat(member("two").run().exit()).isEqualTo(2);
  }

  @Test
  void versions_that_have_the_same_tables_work_together() throws Exception {
    RealJar.Running daemon = start(member("one"));
    cluster.execute(
        "INSERT INTO gemini_batch.member SELECT 'older', 'two', '0.9', tables, mark, 1, '', since,"
            + " beat + 600000, 'UP' FROM gemini_batch.member");

    assertThat(member("one").run("--status").out()).containsPattern("two +0\\.9 +up");
    drop("a");
    awaitRunsOf(member("one"), "one", 1);
    daemon.stop();
  }

  @Test
  void a_ledger_in_the_state_folder_has_no_members() throws Exception {
    RealJar alone = new RealJar(folder, cluster.sandbox().baseUrl());

    RealJar.Result drained = alone.run("--drain");
    assertThat(drained.exit()).isEqualTo(2);
    assertThat(drained.err()).contains("there is one daemon; stop it with SIGTERM");
    assertThat(alone.run("--status", "--json").out()).doesNotContain("members");
  }
}
