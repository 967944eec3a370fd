package dev.geminibatch.settings;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.TextFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Settings for one file, dropped beside it as {@code x.jsonl.properties}. */
public final class FileOverrides {
  /** The largest file of settings that is read, in bytes. */
  public static final int MOST_BYTES = 1_000_000;

  /** Several times what there is to set; more is no file of settings. */
  private static final int MOST_KEYS = 100;

  private static final int MOST_SHOWN = 100;

  private FileOverrides() {}

  /**
   * What is set for an input.
   *
   * @param file with its settings, which need not exist
   * @throws UsageException when they cannot be used
   */
  public static Settings of(Path file, Settings settings, String profile) throws IOException {
    return Files.exists(file)
        ? of(file, Files.readAllBytes(file), settings, profile)
        : settings.profiles().of(profile);
  }

  /**
   * What is set for an input.
   *
   * @param file for messages
   * @param content of the file with its settings
   * @throws UsageException when they cannot be used
   */
  public static Settings of(Path file, byte[] content, Settings settings, String profile) {
    if (content.length > MOST_BYTES) {
      throw new UsageException(
          "it holds more than " + Amounts.size(MOST_BYTES) + "; write only settings into it.");
    }
    Map<String, String> values = PropertySources.of(file, TextFile.of(file, content));
    if (values.size() > MOST_KEYS) {
      throw new UsageException(
          "it sets " + values.size() + " keys; write at most " + MOST_KEYS + ".");
    }
    for (String key : values.keySet()) {
      if (key.length() > MOST_SHOWN) {
        throw new UsageException(
            "it sets " + Redactor.shortened(key, MOST_SHOWN) + ", which is not a setting.");
      }
    }
    return settings.profiles().of(profile, values);
  }
}
