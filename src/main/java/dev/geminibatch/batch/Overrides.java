package dev.geminibatch.batch;

import dev.geminibatch.settings.InvalidSettingException;
import dev.geminibatch.settings.Properties;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Settings for one file, dropped beside it as {@code x.jsonl.properties}. */
final class Overrides {
  private Overrides() {}

  /** The file with the settings of an input. */
  static Path beside(Path input) {
    return input.resolveSibling(input.getFileName() + ".properties");
  }

  /**
   * What is set for an input.
   *
   * @param file with its settings, which need not exist
   * @throws InvalidSettingException when they cannot be used
   */
  static Settings of(Path file, Settings settings, String profile) throws IOException {
    if (!Files.exists(file)) {
      return settings.profiles().of(profile);
    }
    Map<String, String> values = Properties.of(file);
    return settings.profiles().of(profile, values);
  }
}
