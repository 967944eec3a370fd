package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.media.FileStamp;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaIndex.Entry;
import dev.geminibatch.media.ReferenceIndex.Stored;
import dev.geminibatch.media.ReferenceIndex.StoredReference;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesSectionTest {
  @TempDir private Path folder;
  private StageFixture fixture;
  private Visitor visitor;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, "upload.storage-limit=10KB");
    visitor = new Visitor(WindowFixture.window(fixture, false));
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private static MediaFile file(String sha256, String type) {
    return new MediaFile(Path.of("media", sha256), sha256, 1000, type);
  }

  private void uploaded(String sha256, String type) {
    ProjectId project = fixture.workspace().connection().project();
    fixture
        .ledger()
        .uploads()
        .put(
            List.of(
                new Stored(
                    project,
                    file(sha256, type),
                    new StoredReference(
                        "files/" + sha256,
                        "uri:" + sha256,
                        fixture.clock().instant(),
                        fixture.clock().instant().plus(Duration.ofHours(48))))));
  }

  @Test
  void without_uploads_the_page_says_so() throws IOException {
    assertThat(visitor.page("/files"))
        .contains("The service has no file of yours.")
        .doesNotContain("<table>");
    assertThat(visitor.json("/api/v1/uploads").get("uploads")).isEmpty();
  }

  @Test
  void uploads_have_an_age_and_an_end_and_the_runs_that_need_them() throws IOException {
    uploaded("aa", "image/png");
    String run = fixture.dropped("a.jsonl");
    fixture
        .ledger()
        .media()
        .write(
            run,
            List.of(
                new Entry("tag", file("aa", "image/png"), null, new FileStamp(3, 1), "image/png")));
    fixture.clock().forward(Duration.ofHours(2));
    uploaded("bb", "audio/<script>");

    String page = visitor.page("/files");
    JsonNode json = visitor.json("/api/v1/uploads");

    assertThat(page)
        .contains("files/aa", "image/png", "1.0 KB", "2 h", "46 h", "2.0 KB", "2 files", "20 %")
        .contains("audio/&lt;script&gt;", "aria-current=\"page\"")
        .doesNotContain("<script>");
    assertThat(json.get("uploads").get(0).get("name").asText()).isEqualTo("files/bb");
    assertThat(json.get("uploads").get(0).get("neededBy").asLong()).isZero();
    assertThat(json.get("uploads").get(1).get("neededBy").asLong()).isEqualTo(1);
    assertThat(json.get("accounts").get(0).get("bytes").asLong()).isEqualTo(2000);
    assertThat(json.get("accounts").get(0).get("profiles").get(0).asText()).isEqualTo("default");
    assertThat(json.get("storageLimit").asLong()).isEqualTo(10_000);
  }

  @Test
  void what_has_expired_is_not_there_any_more() throws IOException {
    uploaded("aa", "image/png");
    fixture.clock().forward(Duration.ofHours(48));

    assertThat(visitor.page("/files")).contains("The service has no file of yours.");
  }

  @Test
  void a_long_list_has_pages() throws IOException {
    for (int i = 0; i < 5; i++) {
      uploaded("a" + i, "image/png");
    }

    JsonNode first = visitor.json("/api/v1/uploads?most=3");
    JsonNode second = visitor.json("/api/v1/uploads?most=3&from=" + first.get("next").asText());

    assertThat(first.get("uploads")).hasSize(3);
    assertThat(second.get("uploads")).hasSize(2);
    assertThat(second.get("next").isNull()).isTrue();
    assertThat(first.get("uploads").findValuesAsText("name"))
        .doesNotContainAnyElementsOf(second.get("uploads").findValuesAsText("name"));
    assertThat(visitor.get("/files?from=1-x").status()).isEqualTo(400);
    assertThat(visitor.get("/files?most=501").status()).isEqualTo(400);
  }
}
