package dev.geminibatch.stage.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.ledger.RunQueries;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  void a_file_that_cannot_be_taken_leaves_no_run_and_is_ignored_for_a_while() throws IOException {
    Files.writeString(fixture.folders().state().resolve("runs"), "in the way");
    Path file = Files.writeString(fixture.folders().inbox().resolve("a.jsonl"), "x");

    assertThatThrownBy(() -> fixture.receiver().receive(Profiles.DEFAULT, file))
        .isInstanceOf(IOException.class);
    assertThat(queries.unfinished()).isEmpty();
    assertThat(file).exists();
    assertThat(fixture.receiver().receive(Profiles.DEFAULT, file)).isNull();

    Files.delete(fixture.folders().state().resolve("runs"));
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
