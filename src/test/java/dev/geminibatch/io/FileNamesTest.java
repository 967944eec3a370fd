package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Names that are too long or too strange for a folder. */
class FileNamesTest {
  private static final String ALEF = "\u05d0";
  private static final String FAMILY = "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67";

  @TempDir Path folder;

  @Test
  void a_name_that_fits_stays_as_it_is() throws IOException {
    assertThat(FileNames.fitting(folder, "x", 36)).isEqualTo("x");
    assertThat(FileNames.fitting(folder, "a".repeat(208), 36)).isEqualTo("a".repeat(208));
    assertThat(folder).as("what was tried").isEmptyDirectory();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_strange_name_stays_as_it_is_where_it_can_be() throws IOException {
    assertThat(FileNames.fitting(folder, "back\\slash", 36)).isEqualTo("back\\slash");
    assertThat(folder).as("what was tried").isEmptyDirectory();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_long_name_leaves_room_for_what_follows() throws IOException {
    for (String letter : new String[] {"a", ALEF, FAMILY}) {
      String fitting = FileNames.fitting(folder, letter.repeat(240 / FileNames.bytes(letter)), 36);

      assertThat(fitting).startsWith(letter.repeat(5)).matches("(?s).*~[0-9a-f]{8}");
      Files.createFile(folder.resolve(fitting + "x".repeat(36)));
    }
  }

  @Test
  void names_with_the_same_beginning_stay_apart() {
    String one = FileNames.shortened("a".repeat(250) + "1", 100);
    String other = FileNames.shortened("a".repeat(250) + "2", 100);

    assertThat(one).hasSize(100).isNotEqualTo(other);
    assertThat(FileNames.shortened("a".repeat(250) + "1", 100)).isEqualTo(one);
  }

  @Test
  void a_name_is_cut_between_two_characters() {
    for (int most = 20; most < 40; most++) {
      String cut = FileNames.shortened(FAMILY.repeat(10), most);

      assertThat(FileNames.bytes(cut)).isLessThanOrEqualTo(most);
      assertThat(cut.substring(0, cut.indexOf('~')).length() % FAMILY.length()).isZero();
      assertThat(FileNames.bytes(FileNames.shortened(ALEF.repeat(99), most)))
          .isBetween(most - 1, most);
    }
  }

  @Test
  void a_folder_that_takes_nothing_is_not_the_fault_of_a_name() {
    assertThatThrownBy(() -> FileNames.fitting(folder.resolve("none"), ALEF, 36))
        .isInstanceOf(IOException.class);
  }

  @Test
  void what_ends_a_line_or_steers_a_terminal_is_a_control_character() {
    for (String control : new String[] {"\n", "\u001b", "\u0085", "\u2028", "\u2029"}) {
      assertThat(FileNames.hasControlCharacters("x" + control + ".jsonl")).isTrue();
    }
    assertThat(FileNames.hasControlCharacters("x\u202e\u00ad.jsonl")).isFalse();
  }

  @Test
  void a_file_with_the_longest_name_is_written_aside_and_published() throws IOException {
    Path target = folder.resolve(ALEF.repeat(127));
    Path aside = AtomicFiles.aside(target, "20261127-193237-abcdef");

    Files.writeString(aside, "x");
    AtomicFiles.publish(aside, target);
    AtomicFiles.copy(target, folder.resolve("b".repeat(255)));

    assertThat(target).hasContent("x");
    assertThat(aside.getFileName().toString()).startsWith(".").endsWith(".part");
    assertThat(folder.resolve("b".repeat(255))).hasContent("x");
  }
}
