package dev.geminibatch.settings;

import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Settings for one file, dropped beside it as {@code x.jsonl.properties}. */
public final class FileOverrides {
  private FileOverrides() {}

  /**
   * What is set for an input.
   *
   * @param file with its settings, which need not exist
   * @throws UsageException when they cannot be used
   */
  public static Settings of(Path file, Settings settings, String profile) throws IOException {
    if (!Files.exists(file)) {
      return settings.profiles().of(profile);
    }
    Map<String, String> values = PropertySources.of(file);
    return settings.profiles().of(profile, values);
  }
}
