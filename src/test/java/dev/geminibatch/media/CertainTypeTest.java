package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is certain by a few bytes is what Tika says of all of them. */
class CertainTypeTest {
  private static byte[] bytes(String latin1) {
    return latin1.getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0089PNG\r\n\u001a\n",
        "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR\0\0\0\u0010\0\0\0\u0010",
        "\u00ff\u00d8\u00ff",
        "\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF\0",
        "\u00ff\u00d8\u00ff\u00e1\u0012\u0034Exif\0\0MM\0*",
        "RIFF\u0010\u0020\u0001\0WEBPVP8 ",
        "RIFF\u0010\u0020\u0001\0WEBPVP8X\n\0\0\0",
        "RIFF\u0010\u0020\u0001\0WEBPVP8L",
        "GIF87a\u0010\0\u0010\0\u00f7\0\0",
        "GIF89a\u0080\u0002\u00e0\u0001\u00f7\0\0",
        "%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n",
        "%PDF-2.0\r\n%\u00b5\u00b5\u00b5\u00b5\r\n",
        "%PDF-1.7\r%\u00e2\u00e3\u00cf\u00d3\r"
      })
  void whatever_follows_tika_says_the_same(String beginning) throws IOException {
    Random random = new Random(beginning.hashCode());
    for (int i = 0; i < 300; i++) {
      byte[] file = Arrays.copyOf(bytes(beginning), 32 + random.nextInt(4000));
      for (int at = beginning.length(); at < file.length; at++) {
        file[at] = (byte) random.nextInt(i % 3 == 0 ? 4 : i % 3 == 1 ? 128 : 256);
      }

      assertThat(CertainType.of(Arrays.copyOf(file, CertainType.BEGINNING)))
          .hasValue(TypeDetector.tika(file));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"i.jpg", "i.gif", "i.webp"})
  void pictures_as_programs_write_them_are_certain(String name) throws IOException {
    byte[] file = Samples.media(name);

    assertThat(CertainType.of(Arrays.copyOf(file, CertainType.BEGINNING)))
        .hasValue(TypeDetector.tika(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GIF89a is the name of a format that is older than the web itself",
        "RIFF1234WEBPVP8 are the letters that such a file begins with",
        "%PDF-1.4\n% a comment of a text that speaks of documents",
        "%PDF-1.4",
        "RIFF\0\0\0\0WAVEfmt and what else there is in a recording",
        "GIF89a",
        "\u00ff\u00d8",
        "\u0089PNG",
        ""
      })
  void what_may_be_a_text_or_something_else_is_not_certain(String beginning) {
    assertThat(CertainType.of(bytes(beginning))).isEmpty();
  }

  @Test
  void nothing_is_certain_of_random_bytes() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      byte[] beginning = new byte[CertainType.BEGINNING];
      random.nextBytes(beginning);
      beginning[0] = 'x';

      assertThat(CertainType.of(beginning)).isEmpty();
    }
  }
}
