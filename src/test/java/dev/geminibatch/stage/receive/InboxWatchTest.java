package dev.geminibatch.stage.receive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.settings.Profiles;
import dev.geminibatch.testkit.LogEar;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rest is watched: no time stamp says that a file is complete. */
class InboxWatchTest {
  private static final Duration SCAN = Duration.ofMillis(500);

  @TempDir Path folder;
  private StageFixture fixture;
  private Path inbox;
  private InboxWatch watch;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, "inbox.settle-time=4s", "inbox.interval=500ms");
    inbox = fixture.folders().inbox();
    watch = new InboxWatch(fixture.context());
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_time_stamp_in_the_future_holds_up_nothing() throws IOException {
    drop("future.jsonl", Instant.now().plus(Duration.ofHours(3)));
    drop("now.jsonl", Instant.now());

    assertThat(scansUntil("future.jsonl")).isEqualTo(8);
    assertThat(scan()).as("taken together").isEmpty();
  }

  @Test
  void an_old_time_stamp_does_not_stand_for_rest() throws IOException {
    drop("old.jsonl", Instant.EPOCH);
    drop("ancient.jsonl", Instant.parse("1601-01-01T00:00:00Z"));

    assertThat(scansUntil("old.jsonl")).isEqualTo(8);
  }

  @Test
  void a_growing_file_does_not_hold_up_the_others() throws IOException {
    drop("growing.jsonl", Instant.now());
    for (int i = 0; i < 10; i++) {
      drop(i + ".jsonl", Instant.now());
    }
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      append("growing.jsonl");
      for (String name : scan()) {
        Files.delete(inbox.resolve(name));
        taken.add(name);
      }
    }

    assertThat(taken).hasSize(10).doesNotContain("growing.jsonl");
    assertThat(scansUntil("growing.jsonl")).isEqualTo(7);
  }

  @Test
  void a_slow_copy_that_keeps_an_old_time_stamp_is_taken_whole() throws IOException {
    Path file = drop("copy.jsonl", Instant.EPOCH);
    for (int i = 0; i < 20; i++) {
      append("copy.jsonl");
      Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
      assertThat(scan()).isEmpty();
    }
  }

  @Test
  void a_time_stamp_that_jumps_back_begins_the_rest_again() throws IOException {
    Path file = drop("x.jsonl", Instant.now());
    scans(7);
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));

    assertThat(scansUntil("x.jsonl")).isEqualTo(8);
  }

  @Test
  void another_file_of_the_same_size_and_time_rests_by_itself() throws IOException {
    Path file = drop("x.jsonl", Instant.EPOCH);
    Path other = Files.writeString(folder.resolve("other"), "y");
    Files.setLastModifiedTime(other, FileTime.from(Instant.EPOCH));
    scans(7);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

    assertThat(scansUntil("x.jsonl")).isEqualTo(8);
  }

  @Test
  void neither_a_leap_of_the_clock_nor_a_pause_of_the_machine_is_rest() throws IOException {
    drop("x.jsonl", Instant.now());
    scan();
    fixture.clock().forward(Duration.ofHours(8));

    assertThat(scan()).isEmpty();
    assertThat(scansUntil("x.jsonl")).isLessThanOrEqualTo(6);
  }

  @Test
  void a_clock_that_is_set_back_holds_up_nothing() throws IOException {
    drop("x.jsonl", Instant.now());
    scan();
    fixture.clock().forward(Duration.ofHours(-8));

    assertThat(scansUntil("x.jsonl")).isLessThanOrEqualTo(9);
  }

  @Test
  void settings_that_arrive_late_or_change_begin_the_rest_again() throws IOException {
    drop("x.jsonl", Instant.now());
    scans(7);
    Path settings = Files.writeString(inbox.resolve("x.jsonl.properties"), "gemini.model=a");
    scans(7);
    Files.writeString(settings, "gemini.model=ab");

    assertThat(scansUntil("x.jsonl")).isEqualTo(8);
  }

  @Test
  void a_file_that_goes_and_comes_again_rests_again() throws IOException {
    Path file = drop("x.jsonl", Instant.EPOCH);
    scans(7);
    Files.move(file, folder.resolve("away"));
    scan();
    Files.move(folder.resolve("away"), file);

    assertThat(scansUntil("x.jsonl")).isEqualTo(8);
  }

  @Test
  void without_a_settle_time_a_file_is_taken_at_once() throws IOException {
    try (StageFixture hasty = StageFixture.open(folder.resolve("b"), "inbox.settle-time=0s")) {
      Files.writeString(hasty.folders().inbox().resolve("x.jsonl"), "x");

      assertThat(new InboxWatch(hasty.context()).resting(Profiles.DEFAULT)).hasSize(1);
    }
  }

  @Test
  void what_is_not_taken_is_named_once_and_again_when_it_has_changed() throws IOException {
    drop("data.csv", Instant.now());
    try (LogEar ear = LogEar.at("receive")) {
      scans(40);
      assertThat(ear.heard())
          .singleElement()
          .asString()
          .contains("data.csv", "does not end with .jsonl");
      append("data.csv");
      scans(40);
      assertThat(ear.heard()).hasSize(2);
    }
  }

  @Test
  void an_inbox_that_was_removed_is_made_again() throws IOException {
    Files.delete(inbox);

    assertThat(scan()).isEmpty();
    assertThat(inbox).isDirectory();
  }

  private Path drop(String name, Instant modified) throws IOException {
    Path file = Files.writeString(inbox.resolve(name), "x");
    return Files.setLastModifiedTime(file, FileTime.from(modified));
  }

  private void append(String name) throws IOException {
    Files.writeString(inbox.resolve(name), "x", StandardOpenOption.APPEND);
  }

  private List<String> scan() throws IOException {
    List<String> names =
        watch.resting(Profiles.DEFAULT).stream().map(Dropped::toString).sorted().toList();
    fixture.clock().forward(SCAN);
    return names;
  }

  private void scans(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      assertThat(scan()).isEmpty();
    }
  }

  /** How many scans find nothing before one that finds the file. */
  private int scansUntil(String name) throws IOException {
    for (int i = 0; i < 100; i++) {
      if (scan().contains(name)) {
        return i;
      }
    }
    throw new AssertionError(name + " is never taken");
  }
}
