package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The type of a file follows from its content, in the service's words. The samples are the
 * beginnings of files that ffmpeg wrote.
 */
class TypeDetectorTest {
  @TempDir Path folder;

  /** What the service would be told; {@code refused:} and the detector's word if nothing. */
  private static String sentAs(Path file) throws Exception {
    ContentType type = Windows.type(file);
    return ServiceTypes.sendable(
            type, List.of("image/*", "audio/*", "video/*", "text/*", "application/pdf"))
        .orElse("refused: " + type.name());
  }

  private Path file(byte[] content) throws Exception {
    return Files.write(folder.resolve("x.JPG"), content);
  }

  private Path sample(String name) throws Exception {
    return file(Samples.media(name));
  }

  @ParameterizedTest
  @CsvSource({
    "89504e470d0a1a0a, image/png",
    "ffd8ffe000104a464946, image/jpeg",
    "474946383961, image/gif",
    "52494646240000005745425056503820, image/webp",
    "0000001866747970686569630000000068656963, image/heic",
    "494433030000000000, audio/mpeg",
    "255044462d312e37, application/pdf",
    "0a0a255044462d312e370a, application/pdf",
    "efbbbf255044462d312e370a, application/pdf",
    "6a756e6b0a255044462d312e370a25e2e3cfd30a, application/pdf",
    "5772697465202550444620, text/plain",
    "664c6143, audio/flac",
    "52494646240000005741564566, audio/wav",
    "000000186674797069736f6d0000020069736f6d, video/mp4",
    "48656c6c6f, text/plain"
  })
  void the_content_tells_the_type_whatever_the_name_says(String hex, String type) throws Exception {
    assertThat(sentAs(file(HexFormat.of().parseHex(hex)))).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({
    "v.webm, video/webm",
    "a.webm, audio/webm",
    "live.webm, audio/webm",
    "o.ogg, audio/ogg",
    "v.ogg, audio/ogg",
    "f.ogg, audio/ogg",
    "a.opus, audio/ogg",
    "a.spx, audio/ogg",
    "t.ogv, video/ogg",
    "a.m4a, audio/mp4",
    "audio-only.mp4, audio/mp4",
    "moov-at-end.mp4, video/mp4",
    "v.mov, video/quicktime",
    "v.3gp, video/3gpp",
    "v.avi, video/avi",
    "v.wmv, video/wmv",
    "v.flv, video/x-flv",
    "v.mpg, video/mpeg",
    "a.wav, audio/wav",
    "rf.wav, audio/wav",
    "a.aiff, audio/aiff",
    "a.aifc, audio/aiff",
    "a.aac, audio/aac",
    "a.flac, audio/flac",
    "a.mp3, audio/mpeg",
    "i.jpg, image/jpeg",
    "i.gif, image/gif",
    "i.webp, image/webp",
    "i.bmp, image/bmp",
    "i.tiff, image/tiff"
  })
  void media_go_out_under_the_name_that_the_service_has_for_them(String sample, String type)
      throws Exception {
    assertThat(sentAs(sample(sample))).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({
    "v.mkv, video/x-matroska",
    "a.mka, audio/x-matroska",
    "a.wma, audio/x-ms-wma",
    "v.ts, video/mp2t",
    "i.avif, image/avif"
  })
  void what_the_service_does_not_take_has_the_name_that_people_know(String sample, String type)
      throws Exception {
    assertThat(sentAs(sample(sample))).isEqualTo("refused: " + type);
  }

  @ParameterizedTest
  @CsvSource({"mif1 heic, image/heif", "mif1 avif, refused: image/avif", "hevc hevc, image/heic"})
  void pictures_of_the_mp4_family_are_told_apart_by_their_brands(String brands, String type)
      throws Exception {
    String head = "\0\0\0\u0018ftyp" + brands.replace(" ", "\0\0\0\0") + "mif1";

    assertThat(sentAs(file(head.getBytes("ISO-8859-1")))).isEqualTo(type);
  }

  @Test
  void damaged_containers_get_a_type_and_no_exception() throws Exception {
    byte[] webm = Files.readAllBytes(sample("v.webm"));
    byte[] mp4 = Files.readAllBytes(sample("moov-at-end.mp4"));
    for (int length = 1; length < webm.length; length++) {
      assertThat(Windows.type(file(java.util.Arrays.copyOf(webm, length)))).isNotNull();
    }
    for (int length = 1; length < mp4.length; length += 7) {
      assertThat(Windows.type(file(java.util.Arrays.copyOf(mp4, length)))).isNotNull();
    }
    // An element that ends within the head of the next one.
    byte[] crossed = HexFormat.of().parseHex("1a45dfa3824282800000000000000000ff");
    assertThat(Windows.type(file(crossed)).name()).isEqualTo("video/x-matroska");
    byte[] noise = new byte[300];
    for (int seed = 0; seed < 300; seed++) {
      new java.util.Random(seed).nextBytes(noise);
      System.arraycopy(seed % 2 == 0 ? webm : mp4, 0, noise, 0, 12);
      assertThat(Windows.type(file(noise))).isNotNull();
    }
  }
}
