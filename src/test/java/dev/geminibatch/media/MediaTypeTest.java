package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaTypeTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "89504e470d0a1a0a, image/png",
    "ffd8ffe000104a464946, image/jpeg",
    "474946383961, image/gif",
    "52494646240000005745425056503820, image/webp",
    "0000001866747970686569630000000068656963, image/heic",
    "255044462d312e37, application/pdf",
    "494433030000000000, audio/mpeg",
    "664c6143, audio/flac",
    "52494646240000005741564566, audio/wav",
    "000000186674797069736f6d0000020069736f6d, video/mp4",
    "48656c6c6f, text/plain"
  })
  void the_content_tells_the_type_whatever_the_name_says(String hex, String type) throws Exception {
    Path file = Files.write(folder.resolve("x.JPG"), HexFormat.of().parseHex(hex));

    assertThat(MediaType.of(file)).isEqualTo(type);
  }

  @Test
  void a_type_that_the_service_does_not_take_is_a_problem_with_a_name() throws Exception {
    Path file =
        Files.write(folder.resolve("x.jpg"), "PK\3\4rest".getBytes(StandardCharsets.ISO_8859_1));

    String type = MediaType.of(file);

    assertThatThrownBy(() -> MediaType.check(type, List.of("image/*", "video/mp4"), "x.jpg"))
        .isInstanceOf(MediaProblem.class)
        .hasMessage(
            "\"x.jpg\" is of type application/zip by its content; what may be sent is image/*,"
                + " video/mp4 (media.types)");
    MediaType.check("image/png", List.of("image/*", "video/mp4"), "x.jpg");
    MediaType.check("video/mp4", List.of("image/*", "video/mp4"), "x.jpg");
  }
}
