package dev.geminibatch.stage;

import static dev.geminibatch.testkit.StageFixture.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.settings.LiveSettings;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangedSettingsTest {
  @TempDir Path folder;

  @Test
  void what_the_stages_have_had_since_the_start_sees_new_values() throws Exception {
    Files.createDirectories(folder.resolve("config"));
    Files.copy(Path.of("config/limits.json"), folder.resolve("config/limits.json"));
    try (StageFixture fixture = StageFixture.open(folder, new FakeService())) {
      StageContext context = fixture.context();
      String early = fixture.dropped("a.jsonl", Samples.nativeLine("1", "hello"));
      LiveSettings live = new LiveSettings(context.settings());
      Files.writeString(
          folder.resolve(PROFILES),
          "run.priority = 9\njob.max-open = 3\nservice.tier = 1\nbudget.output-tokens = 7");

      assertThat(live.read().taken()).hasSize(4);

      assertThat(context.settings().jobs().maxOpen()).isEqualTo(3);
      String late = fixture.dropped("b.jsonl", Samples.nativeLine("2", "hello"));
      assertThat(context.ledger().queries().run(early).options().priority()).isEqualTo(5);
      assertThat(context.ledger().queries().run(late).options().priority()).isEqualTo(9);
      assertThat(context.settings(context.ledger().queries().run(early)).costs().outputTokens())
          .isEqualTo(7);
      assertThat(context.limit(context.ledger().queries().run(late), "gemini-2.5-pro").total())
          .isLessThanOrEqualTo(5_000_000);
    }
  }
}
