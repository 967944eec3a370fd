package dev.geminibatch.settings;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.TextFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.Redactor;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

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
   * @param input the name of the input, beside which they were dropped
   * @throws UsageException when they cannot be used, naming them and the line
   */
  public static Settings of(Path file, String input, Settings settings, String profile)
      throws IOException {
    return Files.exists(file)
        ? of(input, Files.readAllBytes(file), settings, profile)
        : settings.profiles().of(profile);
  }

  /**
   * What is set for an input.
   *
   * @param input the name of the input, beside which the settings were dropped
   * @param content of the file with its settings
   * @throws UsageException when they cannot be used, naming them and the line
   */
  public static Settings of(String input, byte[] content, Settings settings, String profile) {
    String name = input + ".properties";
    if (content.length > MOST_BYTES) {
      throw new UsageException(
          name + " holds more than " + Amounts.size(MOST_BYTES) + "; write only settings into it.");
    }
    PropertiesText text =
        PropertiesText.of(
            name,
            TextFile.of(Path.of(name), content),
            mistake -> {
              throw mistake;
            });
    Map<String, String> values = text.values();
    if (values.size() > MOST_KEYS) {
      throw new UsageException(
          name + " sets " + values.size() + " keys; write at most " + MOST_KEYS + ".");
    }
    for (String key : values.keySet()) {
      if (key.length() > MOST_SHOWN) {
        throw new UsageException(
            text.place(key)
                + " sets "
                + Redactor.shortened(key, MOST_SHOWN)
                + ", which is not a setting.");
      }
    }
    return settings.profiles().of(profile, text);
  }

  /** Writes such a file with one value. */
  public static void write(Path file, String key, String value) throws IOException {
    Properties properties = new Properties();
    properties.setProperty(key, value);
    try (Writer out = new OutputStreamWriter(PrivateFiles.output(file), StandardCharsets.UTF_8)) {
      properties.store(out, null);
    }
  }
}
