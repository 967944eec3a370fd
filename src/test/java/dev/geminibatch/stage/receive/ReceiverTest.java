package dev.geminibatch.stage.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.ledger.RunQueries;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an input is taken. */
class ReceiverTest {
  @TempDir Path folder;
  private StageFixture fixture;
  private RunQueries queries;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    queries = fixture.ledger().queries();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_run_begins_with_the_priority_and_the_pause_that_are_set_beside_its_file()
      throws IOException {
    Files.createDirectories(fixture.folders().inbox());
    Files.writeString(
        fixture.folders().inbox().resolve("x.jsonl.properties"),
        "run.priority = 8\nrun.paused = true\n");

    String run = fixture.dropped("x.jsonl");
    String other = fixture.dropped("y.jsonl");

    assertThat(fixture.run(run).options().priority()).isEqualTo(8);
    assertThat(fixture.run(run).isPaused()).isTrue();
    assertThat(fixture.run(other).options().priority()).isEqualTo(5);
    assertThat(fixture.run(other).isPaused()).isFalse();
  }

  @Test
  void while_the_state_folder_is_not_mounted_files_stay_where_they_are() throws IOException {
    Path runs = fixture.folders().state().resolve("runs");
    Files.delete(runs);
    Path file = Files.writeString(fixture.folders().inbox().resolve("a.jsonl"), "x");

    assertThatThrownBy(() -> fixture.receiver().receive(Profiles.DEFAULT, file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("see that it is mounted");
    assertThat(queries.unfinished()).isEmpty();
    assertThat(file).exists();
    assertThat(runs).doesNotExist();
    assertThat(fixture.receiver().receive(Profiles.DEFAULT, file)).as("for a while").isNull();

    Files.createDirectory(runs);
    fixture.clock().forward(Duration.ofMinutes(2));
    assertThat(fixture.receiver().receive(Profiles.DEFAULT, file)).isNotNull();
  }

  @Test
  void a_file_that_left_the_inbox_comes_back_when_it_cannot_be_taken() throws IOException {
    Path file = Files.writeString(fixture.folders().inbox().resolve("a.jsonl"), "x".repeat(2000));
    Files.createLink(folder.resolve("other-name"), file);

    // What has another name is copied, but not if it is too large.
    fixture.close();
    fixture = StageFixture.open(folder, "input.max-bytes=1KB");
    queries = fixture.ledger().queries();
    assertThatThrownBy(() -> fixture.receiver().receive(Profiles.DEFAULT, file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("input.max-bytes");

    assertThat(file).hasContent("x".repeat(2000));
    assertThat(queries.unfinished()).isEmpty();
  }

  @Test
  void of_files_that_are_taken_together_one_that_cannot_be_taken_goes_back_alone()
      throws IOException {
    fixture.close();
    fixture = StageFixture.open(folder, "input.max-bytes=1KB");
    queries = fixture.ledger().queries();
    Path inbox = fixture.folders().inbox();
    List<Dropped> dropped = new ArrayList<>();
    for (String name : List.of("a.jsonl", "b.jsonl", "c.jsonl")) {
      Path file = Files.writeString(inbox.resolve(name), name.repeat(200));
      dropped.add(new Dropped(Profiles.DEFAULT, file));
    }
    Files.createLink(folder.resolve("other-name"), inbox.resolve("b.jsonl")); // so it is copied
    dropped.add(new Dropped(Profiles.DEFAULT, inbox.resolve("gone.jsonl")));

    List<String> runs = fixture.receiver().takeAll(dropped);

    assertThat(runs)
        .extracting(run -> fixture.run(run).name())
        .containsExactly("a.jsonl", "c.jsonl");
    assertThat(runs)
        .allSatisfy(
            run -> {
              assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
              assertThat(fixture.folderOf(run).plain()).isNotEmptyFile();
              assertThat(fixture.busy().isBusy(run)).isTrue();
            });
    assertThat(queries.unfinished()).hasSize(2);
    try (Stream<Path> left = Files.list(inbox)) {
      assertThat(left).containsExactly(inbox.resolve("b.jsonl"));
    }
    assertThat(inbox.resolve("b.jsonl")).hasContent("b.jsonl".repeat(200));
  }

  @Test
  void what_a_process_had_written_down_and_not_moved_yet_stays_in_the_inbox() throws Exception {
    Path inbox = fixture.folders().inbox();
    Path a = Files.writeString(inbox.resolve("a.jsonl"), "a");
    Path b = Files.writeString(inbox.resolve("b.jsonl"), "b");
    List<String> runs =
        fixture
            .receiver()
            .takeAll(List.of(new Dropped(Profiles.DEFAULT, a), new Dropped(Profiles.DEFAULT, b)));
    // As a process leaves it that is killed before it moves the second file of the group.
    fixture.sql("UPDATE run SET state = 'RECEIVING'");
    Files.move(fixture.folderOf(runs.get(1)).plain(), b);

    fixture.receiver().recover();

    assertThat(fixture.run(runs.get(0)).state()).isEqualTo(RunState.RECEIVED);
    assertThat(queries.find(runs.get(1))).isEmpty();
    assertThat(fixture.folderOf(runs.get(1)).path()).doesNotExist();
    assertThat(b).hasContent("b");
    assertThat(fixture.receiver().receive(Profiles.DEFAULT, b)).isNotNull();
  }

  @Test
  void what_a_slow_process_has_brought_in_after_all_goes_back_to_the_inbox() throws Exception {
    Path a = Files.writeString(fixture.folders().inbox().resolve("a.jsonl"), "a");
    String run = fixture.receiver().receive(Profiles.DEFAULT, a);
    fixture.sql("UPDATE run SET state = 'RECEIVING'");
    // As it is when another one was about to remove the folder, and was killed itself.
    Files.move(fixture.folderOf(run).path(), fixture.context().folder(run + "-aside").path());

    fixture.receiver().recover();

    assertThat(queries.find(run)).isEmpty();
    assertThat(a).hasContent("a");
    try (Stream<Path> left = Files.list(fixture.folderOf(run).path().getParent())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void a_file_that_was_moved_although_the_server_of_files_has_not_said_so_is_taken()
      throws Exception {
    Path a = Files.writeString(fixture.folders().inbox().resolve("a.jsonl"), "a");
    String id = fixture.receiver().receive(Profiles.DEFAULT, a);
    Run run = fixture.run(id);
    Intake intake =
        new Intake(fixture.context().settings().inputLimits(), fixture.context().leases());

    intake.take(run, fixture.folderOf(id));

    assertThat(fixture.folderOf(id).plain()).hasContent("a");
    Files.delete(fixture.folderOf(id).plain());
    assertThatThrownBy(() -> intake.take(run, fixture.folderOf(id)))
        .as("nobody has it")
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void a_name_with_no_room_for_settings_beside_it_is_taken() throws IOException {
    Path file =
        Files.writeString(fixture.folders().inbox().resolve("b".repeat(249) + ".jsonl"), "");

    assertThat(fixture.receiver().receive(Profiles.DEFAULT, file)).isNotNull();
  }

  @Test
  void a_run_whose_receiving_was_cut_short_is_sorted_out() throws Exception {
    Path source = Files.writeString(fixture.folders().inbox().resolve("a.jsonl"), "x");
    String run = fixture.receiver().receive(Profiles.DEFAULT, source);
    fixture.sql("UPDATE run SET state = 'RECEIVING'");
    AtomicFiles.copy(
        fixture.folderOf(run).input(), source); // as a move between file systems begins

    fixture.receiver().recover();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
    assertThat(source).as("would be received again").doesNotExist();
  }

  @Test
  void what_no_inbox_has_had_goes_into_none_when_it_cannot_be_taken() throws Exception {
    Path inbox = fixture.folders().inbox();
    String gone = sent(inbox, folder -> Files.writeString(folder.plain(), "x"));

    assertThat(queries.find(gone)).isEmpty();
    assertThat(fixture.folderOf(gone).path()).doesNotExist();
    assertThat(inbox).isEmptyDirectory();
  }

  private String sent(Path inbox, Receiver.Transfer transfer) {
    Run run =
        fixture
            .receiver()
            .newRun(
                id -> new RunInput("a.jsonl", fixture.folderOf(id).plain(), true, 0, 0),
                fixture.context().settings(),
                "a",
                false,
                false,
                Optional.empty());
    assertThatThrownBy(
            () ->
                fixture
                    .receiver()
                    .bringIn(
                        run,
                        Optional.empty(),
                        inbox,
                        folder -> {
                          transfer.transfer(folder);
                          throw new IOException("the disk is broken");
                        }))
        .hasMessage("the disk is broken");
    return run.id();
  }

  @Test
  void the_same_order_resumes_its_run() throws IOException {
    Path file = Files.writeString(folder.resolve("a.jsonl"), "x");
    Receiver.Order order = fixture.order(file);
    String run = fixture.receiver().receive(order);

    assertThat(fixture.receiver().unfinished(order)).hasValue(run);
    Files.writeString(file, "other content");
    assertThat(fixture.receiver().unfinished(order)).isEmpty();
  }

  @Test
  void an_input_from_the_command_line_may_change_afterwards() throws IOException {
    Path file = Files.writeString(folder.resolve("a.jsonl"), "before");
    String run = fixture.receiver().receive(fixture.order(file));

    Files.writeString(file, "after");

    assertThat(fixture.folderOf(run).input()).hasContent("before");
    InputGuard.check(fixture.run(run), fixture.folderOf(run));
  }
}
