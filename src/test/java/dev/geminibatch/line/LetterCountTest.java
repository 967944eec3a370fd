package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LetterCountTest {
  private static final List<String> LETTERS =
      List.of("a", " ", "é", "ß", "д", "ω", "ת", "ع", "’", "–", "日", "、", "한", "ก", "😀", "𠀀");

  private static LetterCount counted(String text) throws Exception {
    LetterCount count = new LetterCount();
    byte[] line = (text + '"').getBytes(UTF_8);
    assertThat(count.pass(line, 0)).isEqualTo(line.length - 1);
    return count;
  }

  @Test
  void a_script_is_known_by_its_letters() throws Exception {
    assertThat(counted("éß’–")).hasToString("10 [10, 0, 0, 0, 0, 0]");
    assertThat(counted("данные")).hasToString("12 [0, 12, 0, 0, 0, 0]");
    assertThat(counted("תקן")).hasToString("6 [0, 0, 6, 0, 0, 0]");
    assertThat(counted("日本、한𠀀")).hasToString("16 [0, 0, 0, 0, 16, 0]");
    assertThat(counted("ω😀")).hasToString("6 [0, 0, 0, 0, 0, 6]");
  }

  @Test
  void a_letter_counts_the_same_wherever_it_stands() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      LetterCount each = new LetterCount();
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(300); length > 0; length--) {
        String letter = LETTERS.get(random.nextInt(LETTERS.size()));
        text.append(letter);
        each.pass((letter + '"').getBytes(UTF_8), 0);
      }
      assertThat(counted(text.toString())).as(text.toString()).isEqualTo(each);
    }
  }

  @Test
  void a_long_text_of_one_script_is_counted_in_full() throws Exception {
    assertThat(counted("𠀀".repeat(10_000))).hasToString("40000 [0, 0, 0, 0, 40000, 0]");
    assertThat(counted("é".repeat(10_000))).hasToString("20000 [20000, 0, 0, 0, 0, 0]");
  }

  @Test
  void text_ends_at_the_first_quote_backslash_or_control_character() throws Exception {
    for (String end : List.of("\"", "\\", "\n", "\0", "\u001F")) {
      for (int before = 0; before < 20; before++) {
        byte[] line = ("é".repeat(before) + end + "éééééééé\"").getBytes(UTF_8);
        LetterCount count = new LetterCount();
        assertThat(count.pass(line, 0)).isEqualTo(2 * before);
        assertThat(count.escapeBytes()).isZero();
        assertThat(count.latinBytes(0)).isEqualTo(2L * before);
      }
    }
  }

  @Test
  void text_without_an_end_ends_with_the_line() throws Exception {
    for (int letters = 0; letters < 20; letters++) {
      byte[] line = "日".repeat(letters).getBytes(UTF_8);
      assertThat(new LetterCount().pass(line, 0)).isEqualTo(line.length);
    }
  }

  @Test
  void bytes_that_do_not_belong_together_are_found_at_every_place() {
    List<byte[]> wrong =
        List.of(
            new byte[] {(byte) 0xC3, 'a'},
            new byte[] {(byte) 0x80},
            new byte[] {(byte) 0xE6, (byte) 0x97, 'a'},
            new byte[] {(byte) 0xE6, (byte) 0x97, (byte) 0xC3, (byte) 0xA9},
            new byte[] {(byte) 0xF0, (byte) 0x9F, (byte) 0x98, '"'},
            new byte[] {(byte) 0xC3, (byte) 0xA9, (byte) 0xA9},
            new byte[] {(byte) 0xFF, (byte) 0xBF, (byte) 0xBF, (byte) 0xBF});
    for (byte[] each : wrong) {
      for (int before = 0; before < 20; before++) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes("a".repeat(before).getBytes(UTF_8));
        line.writeBytes(each);
        line.writeBytes("bcdefghij\"".getBytes(UTF_8));
        assertThatThrownBy(() -> new LetterCount().pass(line.toByteArray(), 0))
            .isInstanceOf(JsonScanner.Malformed.class);
      }
    }
  }

  @Test
  void a_letter_without_its_last_byte_at_the_end_of_a_line_is_wrong() {
    for (int before = 0; before < 20; before++) {
      byte[] line = ("a".repeat(before) + "日").getBytes(UTF_8);
      byte[] shorter = Arrays.copyOf(line, line.length - 1);
      assertThatThrownBy(() -> new LetterCount().pass(shorter, 0))
          .isInstanceOf(JsonScanner.Malformed.class);
    }
  }
}
