package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.testkit.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Any bytes as the settings beside a dropped file. */
@Tag("fuzz")
@Timeout(10)
class FileOverridesFuzzTest {
  private static ScratchFolder folder;
  private static Settings settings;

  @BeforeAll
  static void open() throws IOException {
    folder = new ScratchFolder();
    Path media = Files.createDirectories(folder.path().resolve("media/below")).getParent();
    Path config = Files.createDirectories(folder.path().resolve("config"));
    Files.copy(Path.of("config/prices.json"), config.resolve("prices.json"));
    Map<String, String> ours =
        Map.of(
            "gemini.api-key",
            "some-key",
            "budget.max-cost-per-file",
            "3",
            "budget.output-tokens",
            "9");
    settings = Settings.of(PropertySources.read(ours, Map.of(), List.of()), folder.path(), media);
  }

  @AfterAll
  static void close() throws IOException {
    folder.close();
  }

  @FuzzTest
  void a_sidecar_changes_its_own_file_within_its_limits_or_is_refused_in_words(byte[] content)
      throws IOException {
    Path file = Files.write(folder.path().resolve("x.jsonl.properties"), content);
    Settings own;
    try {
      own = FileOverrides.of(file, "x.jsonl", settings, Profiles.DEFAULT);
    } catch (UsageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }

    assertThat(own.service().baseUrl()).isEqualTo(settings.service().baseUrl());
    assertThat(own.service().requireKey().reveal()).isEqualTo("some-key");
    assertThat(own.folders()).isEqualTo(settings.folders());
    assertThat(own.uploads().mediaRoot()).startsWith(settings.uploads().mediaRoot());
    assertThat(own.costs().maxPerFile().orElseThrow())
        .isLessThanOrEqualTo(settings.costs().maxPerFile().orElseThrow());
    Settings again = FileOverrides.of(file, "x.jsonl", settings, Profiles.DEFAULT);
    assertThat(again.costs()).isEqualTo(own.costs());
    assertThat(again.jobs()).isEqualTo(own.jobs());
  }
}
