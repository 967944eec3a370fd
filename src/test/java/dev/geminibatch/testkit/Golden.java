package dev.geminibatch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that users see or programs read, as they are kept with the tests. */
public final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/golden");

  private Golden() {}

  /** Compares a text with the file of this name, letter by letter. */
  public static void assertGolden(String name, String text) throws IOException {
    Path file = FOLDER.resolve(name);
    if (Boolean.getBoolean("golden.write")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, text);
    }
    assertThat(text)
        .as(
            "%s. If it has to change: ./mvnw test -Dtest='*GoldenTest' -Dgolden.write=true writes"
                + " it again; then read the difference, as users will",
            file)
        .isEqualTo(Files.exists(file) ? Files.readString(file) : "");
  }
}
