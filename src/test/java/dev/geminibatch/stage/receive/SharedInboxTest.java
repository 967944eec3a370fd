package dev.geminibatch.stage.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.ledger.InboxClaims;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two machines whose inboxes have the same path, or that see one inbox under two paths. */
@Tag("process")
class SharedInboxTest {
  private static final String RUN = "20260102-030405-abcdef";

  @TempDir private Path programs;
  @TempDir private Path folder;

  private PostgresServer server;
  private StageFixture one;
  private StageFixture other;
  private Path inbox;
  private int members;

  @BeforeEach
  void start() throws Exception {
    server = PostgresServer.start(programs);
    server.execute("postgres", "CREATE DATABASE batches");
    for (String machine : List.of("one", "other")) {
      Files.createDirectories(folder.resolve("inboxes").resolve(machine));
    }
    inbox = folder.resolve("inbox");
    turnTo("one");
  }

  @AfterEach
  void stop() throws Exception {
    for (StageFixture each : new StageFixture[] {one, other}) {
      if (each != null) {
        each.close();
      }
    }
    if (server != null) {
      server.close();
    }
  }

  private StageFixture member(String state, Path itsInbox) throws IOException {
    StageFixture member =
        StageFixture.open(
            folder,
            "ledger.url=" + server.url("batches"),
            "ledger.user=" + PostgresServer.USER,
            "ledger.password=any",
            "state.directory=" + folder.resolve(state),
            "inbox.directory=" + itsInbox);
    member.clock().forward(Duration.ofMinutes(++members)); // or they give their runs the same names
    member.context().leases().open();
    return member;
  }

  /** What follows happens on this machine: under the path of the inbox there is its own. */
  private void turnTo(String machine) throws IOException {
    Files.deleteIfExists(inbox);
    Files.createSymbolicLink(inbox, folder.resolve("inboxes").resolve(machine));
  }

  private Path drop(String content) throws IOException {
    Files.writeString(inbox.resolve("x.jsonl.properties"), "run.priority = 8\n");
    return Files.writeString(inbox.resolve("x.jsonl"), content);
  }

  /** As a member leaves it that is killed before it has touched the file. */
  private Run claimed(StageFixture member, Path file) throws IOException {
    return claimed(Profiles.DEFAULT, member, file);
  }

  private Run claimed(String profile, StageFixture member, Path file) throws IOException {
    Run run =
        Run.receiving(
            RUN,
            new RunInput("x.jsonl", file, true, 0, 0),
            new RunOptions(profile, "gemini-x", folder, "x", false, 5, false),
            Optional.empty(),
            Instant.EPOCH);
    Optional<String> identity = KnownDrop.of(file, SettingsBeside.of(file)).map(KnownDrop::text);
    assertThat(member.context().leases().acquireNew(RUN)).isTrue();
    assertThat(
            member.runs().inboxClaims().claim(List.of(new InboxClaims.Claim(run, identity))).ours())
        .containsExactly(RUN);
    return run;
  }

  private RunFolder begun(StageFixture member, Path file) throws IOException {
    RunFolder folderOfRun = member.folderOf(RUN);
    folderOfRun.create();
    SettingsBeside.of(file).orElseThrow().keep(folderOfRun);
    return folderOfRun;
  }

  private static String receive(StageFixture member, Path file) throws IOException {
    return member.receiver().receive(Profiles.DEFAULT, file);
  }

  @Test
  void an_inbox_with_two_paths_has_each_file_once() throws Exception {
    Path mount = Files.createSymbolicLink(folder.resolve("mount"), folder.resolve("inboxes/one"));
    one = member("state-one", inbox);
    other = member("state-other", mount);
    Path file = drop("x");
    claimed(one, file);

    assertThat(receive(other, mount.resolve("x.jsonl"))).isNull();

    assertThat(file).hasContent("x");
    assertThat(other.ledger().queries().unfinished()).extracting(Run::id).containsExactly(RUN);
  }

  @Test
  void a_machine_that_died_does_not_hold_up_the_files_of_another_one() throws Exception {
    one = member("state-one", inbox);
    claimed(one, drop("of one"));
    one.close();
    one = null;

    turnTo("other");
    other = member("state-other", inbox);
    String run = receive(other, drop("of other"));

    assertThat(run).isNotNull();
    assertThat(other.folderOf(run).plain()).hasContent("of other");
    turnTo("one");
    one = member("state-one", inbox);
    one.receiver().recover();
    assertThat(receive(one, inbox.resolve("x.jsonl"))).isNotNull().isNotEqualTo(RUN);
    assertThat(one.ledger().queries().unfinished()).hasSize(2);
  }

  @Test
  void what_another_machine_had_copied_continues_and_only_its_own_file_is_removed()
      throws Exception {
    one = member("state", inbox);
    Path file = drop("same size");
    Run run = claimed(one, file);
    AtomicFiles.copy(file, begun(one, file).received(run));
    one.close();

    turnTo("other");
    drop("SAME SIZE");
    Files.setLastModifiedTime(
        inbox.resolve("x.jsonl"), Files.getLastModifiedTime(folder.resolve("inboxes/one/x.jsonl")));
    other = member("state", inbox);
    other.receiver().recover();

    assertThat(other.run(RUN).state()).isEqualTo(RunState.RECEIVED);
    assertThat(other.folderOf(RUN).plain()).hasContent("same size");
    assertThat(inbox.resolve("x.jsonl")).hasContent("SAME SIZE");
    assertThat(inbox.resolve("x.jsonl.properties")).exists();

    turnTo("one");
    one = member("state", inbox);
    one.receiver().recover();
    assertThat(receive(one, inbox.resolve("x.jsonl"))).as("it was taken").isNull();
    assertThat(inbox).as("and is finished off here").isEmptyDirectory();
    assertThat(one.ledger().queries().unfinished()).extracting(Run::id).containsExactly(RUN);
    assertThat(receive(one, drop("same size"))).as("dropped once more").isNotNull();
  }

  @Test
  void what_another_machine_had_moved_continues_and_nothing_is_removed_here() throws Exception {
    one = member("state", inbox);
    Path file = drop("x");
    Run run = claimed(one, file);
    Files.move(file, begun(one, file).received(run));
    one.close();
    one = null;

    turnTo("other");
    drop("y");
    other = member("state", inbox);
    other.receiver().recover();

    assertThat(other.run(RUN).state()).isEqualTo(RunState.RECEIVED);
    assertThat(other.runs().inboxClaims().identity(RUN)).isEmpty();
    assertThat(inbox.resolve("x.jsonl")).hasContent("y");
    assertThat(inbox.resolve("x.jsonl.properties")).exists();
  }

  @Test
  void in_a_shared_inbox_what_another_member_had_copied_is_removed() throws Exception {
    one = member("state", inbox);
    Path file = drop("x");
    Run run = claimed(one, file);
    AtomicFiles.copy(file, begun(one, file).received(run));
    one.close();
    one = null;

    other = member("state", inbox);
    other.receiver().recover();

    assertThat(other.run(RUN).state()).isEqualTo(RunState.RECEIVED);
    assertThat(inbox).isEmptyDirectory();
    assertThat(other.runs().inboxClaims().identity(RUN)).isEmpty();
  }

  @Test
  void a_file_that_was_only_claimed_stays_for_whoever_sees_it() throws Exception {
    one = member("state", inbox);
    Path file = drop("x");
    claimed(one, file);
    one.close();

    turnTo("other");
    other = member("state", inbox);
    other.receiver().recover();
    assertThat(other.ledger().queries().find(RUN)).isEmpty();

    turnTo("one");
    one = member("state", inbox);
    assertThat(receive(one, file)).isNotNull();
  }

  @Test
  void a_file_that_replaces_a_claimed_one_is_taken_by_one_member() throws Exception {
    one = member("state-one", inbox);
    other = member("state-other", inbox);
    Path file = drop("x");
    claimed(one, file);
    Files.delete(file);
    drop("y");

    String run = receive(other, file);

    assertThat(run).isNotNull();
    assertThat(other.folderOf(run).plain()).hasContent("y");
    assertThat(file).doesNotExist();
  }

  @Test
  void what_was_used_as_a_state_folder_without_its_mount_gets_no_files() throws Exception {
    one = member("state", inbox);
    Path mark = folder.resolve("state/ledger.mark");
    Path ours = Files.move(mark, folder.resolve("mark"));
    Files.writeString(mark, "of another time\n");
    Path file = drop("x");

    assertThatThrownBy(() -> receive(one, file)).hasMessageContaining("see that it is mounted");

    assertThat(file).hasContent("x");
    assertThat(one.ledger().queries().unfinished()).isEmpty();
    Files.move(ours, mark, StandardCopyOption.REPLACE_EXISTING);
    Path next = Files.writeString(inbox.resolve("y.jsonl"), "y");
    assertThat(receive(one, next)).isNotNull();
  }

  @Test
  void a_run_that_was_being_received_is_left_to_those_who_know_its_profile() throws Exception {
    Path profiles = folder.resolve(StageFixture.PROFILES);
    Files.writeString(profiles, "profile.scans.gemini.model = gemini-y\n");
    one = member("state", inbox);
    Path file = drop("x");
    Run run = claimed("scans", one, file);
    Files.move(file, begun(one, file).received(run));
    one.close();

    Files.delete(profiles);
    other = member("state", inbox);
    other.receiver().recover();
    assertThat(other.run(RUN).state()).isEqualTo(RunState.RECEIVING);

    Files.writeString(profiles, "profile.scans.gemini.model = gemini-y\n");
    one = member("state", inbox);
    one.receiver().recover();
    assertThat(one.run(RUN).state()).isEqualTo(RunState.RECEIVED);
  }

  @Test
  void what_cannot_be_written_down_since_the_server_is_away_is_received_later() throws Exception {
    one = member("state", inbox);
    Receiver receiver = one.receiver();
    Run run =
        receiver.newRun(
            id -> new RunInput("x", one.folderOf(id).received("x"), true, 0, 0),
            one.context().settings(),
            "x",
            false,
            false,
            Optional.empty());
    receiver.bringIn(
        run, Optional.empty(), folder, place -> Files.writeString(place.received(run), "x"));
    server.stop();
    assertThatThrownBy(() -> receiver.taken(run, one.folderOf(run.id())))
        .isInstanceOf(RuntimeException.class);
    server.startAgain();

    await()
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              receiver.recover();
              assertThat(one.run(run.id()).state()).isEqualTo(RunState.RECEIVED);
            });
  }
}
