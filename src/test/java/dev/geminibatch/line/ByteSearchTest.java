package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteSearchTest {
  @Test
  void finds_the_same_as_a_look_at_each_byte() {
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      int from = random.nextInt(bytes.length + 1);
      int to = from + random.nextInt(bytes.length - from + 1);
      char one = (char) random.nextInt(128);
      char other = (char) random.nextInt(128);
      if (to > from && random.nextBoolean()) {
        bytes[from + random.nextInt(to - from)] = (byte) other;
      }

      assertThat(ByteSearch.indexOfEither(bytes, from, to, one, other))
          .isEqualTo(plainly(bytes, from, to, one, other));
    }
  }

  @Test
  void takes_no_byte_of_a_longer_character_for_an_ascii_one() {
    byte[] bytes = "Straße größer, 日本語 ü\n".getBytes(UTF_8);

    assertThat(ByteSearch.indexOf(bytes, 0, bytes.length, '\n')).isEqualTo(bytes.length - 1);
  }

  private static int plainly(byte[] bytes, int from, int to, char one, char other) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == one || bytes[i] == other) {
        return i;
      }
    }
    return -1;
  }
}
