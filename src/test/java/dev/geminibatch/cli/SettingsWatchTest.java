package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.logging.LogSettings;
import dev.geminibatch.settings.LiveSettings;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.testkit.LogEar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsWatchTest {
  @TempDir Path home;

  @Test
  void an_edit_is_taken_when_it_has_rested_and_a_wrong_one_is_named() throws IOException {
    Path file = Files.writeString(home.resolve("l"), "run.priority = 4");
    Path key = Files.writeString(home.resolve("key"), "some-secret");
    Settings settings =
        Settings.of(
            PropertySources.read(Map.of("gemini.api-key-file", "key"), Map.of(), List.of(file)),
            home,
            home);
    Logger logger = Logger.getLogger("settings");
    List<LogSettings> levels = new ArrayList<>();
    try (LogEar ear = LogEar.at("settings");
        SettingsWatch watch = new SettingsWatch(new LiveSettings(settings), levels::add)) {
      logger.setLevel(Level.INFO);
      watch.look();
      Files.writeString(file, "run.priority = 66");
      watch.look();
      assertThat(ear.heard()).isEmpty();
      Files.writeString(file, "run.priority = 6, half written");
      watch.look();
      assertThat(ear.heard()).isEmpty();

      watch.look();
      watch.look();
      assertThat(ear.heard())
          .singleElement()
          .asString()
          .contains(file + ", line 1", "stay as they were");
      assertThat(priority(settings)).isEqualTo(4);

      Files.writeString(file, "run.priority = 6\nrun.concurrency = 2");
      watch.look();
      watch.look();
      watch.look();
      assertThat(ear.heard()).hasSize(3);
      assertThat(ear.heard().get(1)).contains("run.priority is 6 now, it was 4");
      assertThat(ear.heard().get(2)).contains("Restart", "run.concurrency");
      assertThat(priority(settings)).isEqualTo(6);
      assertThat(levels).hasSize(1);

      Files.writeString(key, "another-secret");
      watch.look();
      watch.look();
      assertThat(ear.heard()).hasSize(4);
      assertThat(ear.heard().get(3)).contains(key.toString(), "restart").doesNotContain("secret");
    } finally {
      logger.setLevel(null);
    }
  }

  private static int priority(Settings settings) {
    return settings.profiles().of(Profiles.DEFAULT).jobs().runs().priority();
  }
}
