package dev.geminibatch.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A log file that takes no more than its share of the disk, whatever happens to it. */
class RotatedFileTest {
  @TempDir Path folder;

  private final List<String> troubles = new ArrayList<>();
  private long nanos;

  private Path log() {
    return folder.resolve("x.log");
  }

  private RotatedFile file(long maxBytes, int count) {
    return new RotatedFile(
        new LogSettings.Place(log(), maxBytes, count), troubles::add, () -> nanos);
  }

  private void later() {
    nanos += 2_000_000_000L;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** All lines that are left, the oldest first. */
  private List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    names().stream()
        .sorted(Comparator.comparing(RotatedFileTest::age).reversed())
        .forEach(
            name -> {
              try {
                lines.addAll(Files.readAllLines(folder.resolve(name)));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    return lines;
  }

  private static int age(String name) {
    return name.equals("x.log") ? 0 : Integer.parseInt(name.substring("x.log.".length()));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_pipe_that_has_taken_its_place_keeps_nobody_waiting() throws Exception {
    try (RotatedFile file = file(1_000, 3)) {
      file.write("before");
      Files.delete(log());
      assertThat(new ProcessBuilder("mkfifo", log().toString()).start().waitFor()).isZero();
      later();

      assertTimeoutPreemptively(Duration.ofSeconds(10), () -> file.write("lost"));

      assertThat(troubles).singleElement().asString().contains("x.log", "no longer a file");
      Files.delete(log());
      later();
      file.write("after");
    }
    assertThat(lines()).hasSize(2).first().asString().contains("1 lines are missing");
  }

  @Test
  void so_many_files_of_that_size_hold_the_latest_lines_without_a_gap() throws IOException {
    try (RotatedFile file = file(100, 3)) {
      for (int i = 0; i < 1_000; i++) {
        file.write("line " + i);
      }
    }
    List<String> lines = lines();

    assertThat(names()).containsExactly("x.log", "x.log.1", "x.log.2");
    for (String name : names()) {
      assertThat(Files.size(folder.resolve(name))).isLessThanOrEqualTo(100);
    }
    assertThat(lines).hasSizeGreaterThan(20);
    assertThat(lines)
        .isEqualTo(
            IntStream.range(1_000 - lines.size(), 1_000).mapToObj(i -> "line " + i).toList());
  }

  @Test
  void one_file_alone_begins_again_when_it_is_full() throws IOException {
    try (RotatedFile file = file(100, 1)) {
      IntStream.range(0, 50).forEach(i -> file.write("line " + i));
    }

    assertThat(names()).containsExactly("x.log");
    assertThat(Files.size(log())).isLessThanOrEqualTo(100);
    assertThat(lines()).endsWith("line 49");
  }

  @Test
  void a_line_that_is_larger_than_a_file_is_whole() throws IOException {
    try (RotatedFile file = file(10, 2)) {
      file.write("a line of more than ten bytes");
      file.write("another one of more than ten");
    }

    assertThat(lines())
        .containsExactly("a line of more than ten bytes", "another one of more than ten");
  }

  @Test
  void files_that_a_larger_count_has_left_are_removed_and_those_with_a_date_are_not()
      throws IOException {
    for (String left : List.of("x.log.2", "x.log.7", "x.log.20260704", "x.log.bak", "y.log.9")) {
      Files.writeString(folder.resolve(left), "old\n");
    }
    try (RotatedFile file = file(10, 2)) {
      file.write("1234567");
      file.write("1234567");
    }

    assertThat(names())
        .containsExactly("x.log", "x.log.1", "x.log.20260704", "x.log.bak", "y.log.9");
  }

  @Test
  void a_kill_between_two_renames_leaves_a_gap_that_the_next_rotation_closes() throws IOException {
    Files.writeString(folder.resolve("x.log.3"), "older\n");
    Files.writeString(folder.resolve("x.log.1"), "newer\n");
    try (RotatedFile file = file(10, 4)) {
      file.write("1234567");
      file.write("7654321");
    }

    assertThat(names()).containsExactly("x.log", "x.log.1", "x.log.2");
    assertThat(lines()).containsExactly("newer", "1234567", "7654321");
  }

  @Test
  void a_line_that_a_kill_has_cut_stays_a_line_of_its_own() throws IOException {
    Files.writeString(log(), "a whole line\nhalf a li");
    try (RotatedFile file = file(1_000, 2)) {
      file.write("the next");
    }

    assertThat(Files.readAllLines(log())).containsExactly("a whole line", "half a li", "the next");
  }

  @Test
  void what_cannot_be_written_is_reported_once_and_counted_where_it_is_missing()
      throws IOException {
    Path gone = folder.resolve("gone");
    RotatedFile file =
        new RotatedFile(
            new LogSettings.Place(gone.resolve("x.log"), 1_000, 2), troubles::add, () -> nanos);
    for (int i = 0; i < 5; i++) {
      file.write("lost " + i);
      later();
    }
    Files.createDirectory(gone);
    file.write("first");
    file.write("second");
    file.close();

    assertThat(troubles).hasSize(1);
    List<String> lines = Files.readAllLines(gone.resolve("x.log"));
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("5 lines are missing here: ");
    assertThat(lines.subList(1, 3)).containsExactly("first", "second");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void a_full_disk_fails_nobody_who_logs() {
    RotatedFile file =
        new RotatedFile(
            new LogSettings.Place(Path.of("/dev/full"), 1_000, 2), troubles::add, () -> nanos);

    for (int i = 0; i < 3; i++) {
      file.write("lost");
      later();
    }

    assertThat(troubles).hasSize(1);
    assertThat(troubles.get(0)).containsIgnoringCase("space");
  }

  @Test
  void a_file_that_was_moved_or_removed_is_begun_again() throws IOException {
    try (RotatedFile file = file(1_000, 2)) {
      file.write("before");
      Files.move(log(), folder.resolve("x.log.20260704"));
      later();
      file.write("between");
      Files.delete(log());
      later();
      file.write("after");
    }

    assertThat(Files.readAllLines(folder.resolve("x.log.20260704"))).containsExactly("before");
    assertThat(Files.readAllLines(log())).containsExactly("after");
  }

  @Test
  void two_processes_that_write_to_it_lose_no_line() throws IOException {
    try (RotatedFile one = file(60, 100);
        RotatedFile other = file(60, 100)) {
      for (int i = 0; i < 100; i++) {
        (i % 2 == 0 ? one : other).write("line " + i);
        later();
      }
    }

    assertThat(lines())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 100).mapToObj(i -> "line " + i).toList());
    assertThat(troubles).isEmpty();
  }

  @Test
  void a_thread_that_is_interrupted_writes_all_the_same_and_stays_interrupted() throws IOException {
    try (RotatedFile file = file(60, 100)) {
      for (int i = 0; i < 20; i++) {
        Thread.currentThread().interrupt();
        file.write("line " + i);
        later();
        assertThat(Thread.interrupted()).isTrue();
      }
    }

    assertThat(lines()).hasSize(20);
    assertThat(troubles).isEmpty();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void only_the_owner_can_read_it_also_after_it_was_rotated() throws IOException {
    try (RotatedFile file = file(10, 3)) {
      IntStream.range(0, 5).forEach(i -> file.write("line " + i));
    }

    for (String name : names()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
          .isEqualTo("rw-------");
    }
  }
}
