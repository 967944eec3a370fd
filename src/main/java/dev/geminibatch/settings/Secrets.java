package dev.geminibatch.settings;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Which values are secrets: keys, tokens and passwords. */
final class Secrets {
  /** What users call theirs, without what stands between the words. */
  private static final List<String> NAMES =
      List.of(
          "password",
          "passwd",
          "passphrase",
          "pwd",
          "secret",
          "token",
          "apikey",
          "accesskey",
          "privatekey",
          "credential",
          "auth");

  /** In an address: a login, a parameter with such a name, or what Camel is to take as it is. */
  private static final Pattern IN_ADDRESS =
      Pattern.compile(
          "//[^/\\s@]+@|RAW[({]|(?i:[\\w.-]*(?:passw|passphrase|pwd|secret|token|api-?key"
              + "|access-?key|private-?key|credential|auth|sig)[\\w.-]*=\\S)");

  private static final Pattern IN_HEADER =
      Pattern.compile(
          "(?i)\\b(?:bearer|basic)\\s+\\S{8,}|[\"']?[\\w.-]*(?:passw|secret|token|api-?"
              + "key|credential|auth)[\\w.-]*[\"']?\\s*:\\s*\\S");

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

  /**
   * Whether a value may hold a secret, so that it is better not shown to who looks at settings.
   *
   * @param isOurs whether the key is one of this program, and not named by a user
   */
  static boolean mayHoldSecret(String key, String value, boolean isOurs) {
    return isSecret(Map.entry(key, value))
        || IN_ADDRESS.matcher(value).find()
        || !isOurs && (isNamedSecret(key) || IN_HEADER.matcher(value).find());
  }

  private static boolean isNamedSecret(String key) {
    String name = key.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
    return name.endsWith("key") || NAMES.stream().anyMatch(name::contains);
  }
}
