package dev.geminibatch.stage.receive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What lies in an inbox and is not taken, and why. */
class InboxTest {
  @TempDir Path folder;

  @Test
  void a_wrong_ending_is_named_with_the_right_ones() throws IOException {
    assertThat(reason("data.csv")).contains(".jsonl, .ndjson or .json", "rename");
    assertThat(reason("noending")).contains(".jsonl");
    assertThat(reason("x.jsonl.part")).contains("not complete");
    assertThat(reason("x.jsonl~")).contains("not complete");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void an_odd_name_is_said_and_not_ignored() throws IOException {
    assertThat(reason("a\nb.jsonl")).contains("line break");
    assertThat(reason(".x.jsonl")).contains("dot");
    assertThat(reason("x.jsonl ")).contains("space").endsWith("rename it to x.jsonl");
    assertThat(reason("x-batch-report.json")).contains("report of this program");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void backslashes_quotes_and_placeholders_are_taken() throws IOException {
    try (StageFixture fixture = StageFixture.open(folder)) {
      for (String name : List.of("a\\b.jsonl", "a \"b'.json", "${body}.ndjson", "%s, (x).jsonl")) {
        Files.writeString(fixture.folders().inbox().resolve(name), "x");
      }

      Inbox inbox = new Inbox(fixture.context().settings());
      assertThat(inbox.notTaken()).isEmpty();
      assertThat(inbox.entries()).hasSize(4);
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void what_is_not_a_file_is_named() throws IOException {
    try (StageFixture fixture = StageFixture.open(folder)) {
      Path inbox = fixture.folders().inbox();
      Files.createDirectory(inbox.resolve("x.jsonl"));
      Files.createSymbolicLink(inbox.resolve("y.jsonl"), inbox.resolve("nowhere"));

      assertThat(new Inbox(fixture.context().settings()).notTaken())
          .extracting(Inbox.NotTaken::reason)
          .satisfiesExactly(
              folder -> assertThat(folder).contains("folder"),
              link -> assertThat(link).contains("symbolic link", "the file itself"));
    }
  }

  @Test
  void settings_are_named_only_without_their_input() throws IOException {
    assertThat(reason("x.jsonl.properties")).contains("no x.jsonl", "settings first");
    try (StageFixture fixture = StageFixture.open(folder.resolve("b"))) {
      Path inbox = fixture.folders().inbox();
      Files.writeString(inbox.resolve("x.jsonl.properties"), "");
      Files.writeString(inbox.resolve("x.jsonl"), "x");

      assertThat(new Inbox(fixture.context().settings()).notTaken()).isEmpty();
    }
  }

  @Test
  void what_desktops_leave_and_folders_of_profiles_are_not_named() throws IOException {
    Path file = Files.writeString(folder.resolve("p"), "profile.books.gemini.model=gemini-x");
    Settings settings =
        Settings.of(PropertySources.read(Map.of(), Map.of(), List.of(file)), folder, folder);
    Path inbox = settings.folders().inbox();
    Files.createDirectories(inbox.resolve("books"));
    Files.writeString(inbox.resolve(".DS_Store"), "");
    Files.writeString(inbox.resolve("Thumbs.db"), "");

    assertThat(new Inbox(settings).notTaken()).isEmpty();
  }

  @Test
  void our_own_files_are_not_taken_where_the_inbox_is_the_outbox() throws IOException {
    try (StageFixture fixture = StageFixture.open(folder, "outbox.directory=inbox")) {
      for (String name : List.of("results.jsonl", "errors.jsonl", "report.json", "report.html")) {
        Files.writeString(fixture.folders().inbox().resolve("x-batch-" + name), "x");
      }

      assertThat(new Inbox(fixture.context().settings()).entries()).isEmpty();
    }
  }

  /** Why the only file of an inbox is not taken. */
  private String reason(String name) throws IOException {
    Path own = Files.createTempDirectory(folder, "inbox");
    try (StageFixture fixture = StageFixture.open(own)) {
      Files.writeString(fixture.folders().inbox().resolve(name), "x");
      List<Inbox.NotTaken> found = new Inbox(fixture.context().settings()).notTaken();
      assertThat(found).hasSize(1);
      return found.get(0).reason();
    }
  }
}
