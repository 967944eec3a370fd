package dev.geminibatch.settings;

import java.util.Map;

/** Which values are secrets: keys, tokens and passwords. */
final class Secrets {
  private Secrets() {}

  /** Whether nobody but the owner of a file with this in it should read that. */
  static boolean isSecret(Map.Entry<String, String> setting) {
    String key = setting.getKey();
    String value = setting.getValue();
    return !value.isBlank()
        && (key.endsWith(ServiceConfigReader.KEY)
            || OperationReader.TOKENS.contains(key) && !value.startsWith(TypedProperties.FILE)
            || key.equals(ProxyReader.URL) && value.contains("@"));
  }
}
