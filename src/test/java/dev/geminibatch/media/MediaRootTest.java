package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaRootTest {
  @TempDir Path folder;
  private MediaRoot root;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectories(folder.resolve("media/sub"));
    Files.writeString(folder.resolve("media/sub/a b.jpg"), "x");
    Files.writeString(folder.resolve("media/עמוד.jpg"), "x");
    Files.writeString(folder.resolve("secret"), "x");
    Files.createSymbolicLink(folder.resolve("media/out"), folder.resolve("secret"));
    Files.createSymbolicLink(folder.resolve("media/in.jpg"), folder.resolve("media/sub/a b.jpg"));
    root = new MediaRoot(folder.resolve("media"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sub/a b.jpg",
        "sub\\a b.jpg",
        ".\\sub\\a%20b.jpg",
        "sub/a%20b.jpg",
        "./sub/../sub/a b.jpg",
        "in.jpg"
      })
  void a_file_below_the_root_is_found(String tag) throws Exception {
    assertThat(root.resolve(tag)).isEqualTo(folder.toRealPath().resolve("media/sub/a b.jpg"));
  }

  @Test
  void names_may_be_in_any_script() throws Exception {
    assertThat(root.resolve("עמוד.jpg")).exists();
  }

  @Test
  void letters_may_be_composed_otherwise_than_on_disk() throws Exception {
    Files.createDirectories(folder.resolve("media/fu\u0308rst"));
    Files.writeString(folder.resolve("media/fu\u0308rst/\u00e9.jpg"), "x");

    assertThat(root.resolve("f\u00fcrst/e\u0301.jpg")).exists();
  }

  @ParameterizedTest
  @CsvSource({"sub/A B.JPG, a b.jpg", "sub/a b, a b.jpg", "sub/a_b.jpg, a b.jpg", "sub/other.jpg,"})
  void a_near_miss_is_suggested(String tag, String suggestion) {
    assertThatThrownBy(() -> root.resolve(tag))
        .message()
        .matches(
            message ->
                suggestion == null
                    ? !message.contains("did you mean")
                    : message.endsWith("; did you mean " + suggestion + "?"));
  }

  @ParameterizedTest
  @CsvSource({
    "../secret, file-outside-root",
    "sub/../../secret, file-outside-root",
    "/etc/passwd, file-outside-root",
    "out, file-outside-root",
    "sub, file-not-regular",
    "none.jpg, file-missing",
    "..%2Fsecret, file-outside-root",
    "..\\secret, file-outside-root"
  })
  void anything_else_is_refused(String tag, String code) {
    assertThatThrownBy(() -> root.resolve(tag))
        .isInstanceOfSatisfying(MediaProblem.class, e -> assertThat(e.code()).hasToString(code))
        .hasMessageContaining(tag);
  }
}
