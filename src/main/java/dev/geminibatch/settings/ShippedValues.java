package dev.geminibatch.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Properties;

/**
 * What {@code config/application.properties} says as it comes with the program: the same as holds
 * where nothing is set.
 */
final class ShippedValues {
  private final Properties values;

  private ShippedValues(Properties values) {
    this.values = values;
  }

  /** Those that are packaged with the program. */
  static ShippedValues read() {
    Properties values = new Properties();
    try (InputStream in =
            ShippedValues.class.getResourceAsStream("/config/application.properties");
        Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      values.load(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ShippedValues(values);
  }

  /** The value of a key; empty if it has none. */
  Optional<String> value(String key) {
    return Optional.ofNullable(values.getProperty(key));
  }
}
