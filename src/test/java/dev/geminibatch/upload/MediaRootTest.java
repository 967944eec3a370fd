package dev.geminibatch.upload;

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
  @ValueSource(strings = {"sub/a b.jpg", "sub\\a b.jpg", "./sub/../sub/a b.jpg", "in.jpg"})
  void a_file_below_the_root_is_found(String tag) throws Exception {
    assertThat(root.resolve(tag)).isEqualTo(folder.toRealPath().resolve("media/sub/a b.jpg"));
  }

  @Test
  void names_may_be_in_any_script() throws Exception {
    assertThat(root.resolve("עמוד.jpg")).exists();
  }

  @ParameterizedTest
  @CsvSource({
    "../secret, file-outside-root",
    "sub/../../secret, file-outside-root",
    "/etc/passwd, file-outside-root",
    "out, file-outside-root",
    "sub, file-not-regular",
    "none.jpg, file-missing",
    "http://127.0.0.1/x.jpg, file-remote",
    "file:///etc/passwd, file-remote"
  })
  void anything_else_is_refused(String tag, String code) {
    assertThatThrownBy(() -> root.resolve(tag))
        .isInstanceOfSatisfying(MediaProblem.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(tag);
  }
}
