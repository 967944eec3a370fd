package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsSectionTest {
  private static final String SECRET = "hidden-0123456789";

  @TempDir private Path folder;

  @Test
  void settings_are_shown_with_their_source_and_secrets_are_not() throws IOException {
    Files.writeString(
        folder.resolve(StageFixture.PROFILES),
        "profile.books.gemini.model = gemini-books\nmy.password = "
            + SECRET
            + "\nmy.title = <script>alert(1)\n");
    try (StageFixture fixture =
        StageFixture.open(folder, "gemini.api-key=" + SECRET, "poll.interval=7s")) {
      Visitor visitor = new Visitor(WindowFixture.window(fixture, false));

      String page = visitor.page("/settings");
      JsonNode json = visitor.json("/api/v1/settings");

      assertThat(page)
          .contains("poll.interval", "7s", "the command line", "set, not shown", "not set")
          .contains("Profile <span dir=\"auto\">books", "gemini-books", "line 1")
          .contains("&lt;script&gt;")
          .doesNotContain(SECRET, "<script>");
      assertThat(json.toString()).doesNotContain(SECRET).contains("gemini-books");
      assertThat(json.get("profiles").get(0).get("name").asText()).isEqualTo("books");
    }
  }
}
