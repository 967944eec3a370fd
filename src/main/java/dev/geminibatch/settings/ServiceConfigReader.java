package dev.geminibatch.settings;

import dev.geminibatch.io.Pasted;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.ServiceConfig;
import java.net.URI;
import java.nio.file.Files;
import java.util.Optional;
import java.util.function.Function;

/** Reads how to reach the service; key and address come from more places than other values. */
final class ServiceConfigReader {
  static final String KEY = "gemini.api-key";
  private static final String KEY_FILE = "gemini.api-key-file";
  private static final String ADDRESS = "gemini.base-url";

  private static final int LARGEST_PORT = 65_535;

  private final PropertySources sources;
  private final TypedProperties typed;

  ServiceConfigReader(PropertySources sources, TypedProperties typed) {
    this.sources = sources;
    this.typed = typed;
  }

  ServiceConfig read(int uploadConcurrency) {
    return new ServiceConfig(
        key(),
        address(),
        version(),
        typed.time("gemini.timeout", "60s"),
        uploadConcurrency,
        new ProxyReader(sources).read());
  }

  private String version() {
    String text = typed.text("gemini.api-version", "v1beta").strip();
    if (!text.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,40}")) {
      throw new UsageException(
          "gemini.api-version is \"" + text + "\"; write the one word, for example v1beta.");
    }
    return text;
  }

  private Optional<ApiKey> key() {
    sources.get(KEY_FILE); // known, also where another key comes first
    sources.get(KEY);
    Optional<ApiKey> key = sources.commandLine(KEY).map(text -> ApiKey.of(text, "--api-key"));
    key = key.or(() -> keyOf(sources::ofProfileAlone));
    for (String name : new String[] {"GEMINI_API_KEY", "API_KEY", "GOOGLE_API_KEY"}) {
      key = key.or(() -> sources.environment(name).map(text -> ApiKey.of(text, name)));
    }
    key = key.or(() -> keyOf(sources::get));
    key.ifPresent(Redactor::hide);
    return key;
  }

  private Optional<ApiKey> keyOf(Function<String, Optional<String>> values) {
    return values
        .apply(KEY)
        .map(text -> ApiKey.of(text, KEY))
        .or(
            () ->
                values
                    .apply(KEY_FILE)
                    .map(file -> ApiKey.of(content(Pasted.clean(file)), KEY_FILE)));
  }

  private String content(String file) {
    if (file.matches("[\\w.-]{20,}") && !Files.exists(typed.absolute(file))) {
      throw new UsageException(
          KEY_FILE
              + " does not name a file; it seems to be a key itself. Write the key into a file that"
              + " only you can read, and name that.");
    }
    String content = typed.content(KEY_FILE, file);
    sources.holdsSecret(typed.absolute(file));
    return content;
  }

  private URI address() {
    sources.get(ADDRESS); // known, also where the environment comes first
    String text =
        sources
            .commandLine(ADDRESS)
            .or(() -> sources.ofProfileAlone(ADDRESS))
            .or(() -> sources.environment("GOOGLE_GEMINI_BASE_URL"))
            .or(() -> sources.get(ADDRESS))
            .orElse("https://generativelanguage.googleapis.com");
    String trimmed = Pasted.clean(text).replaceFirst("/+$", "");
    try {
      URI url = URI.create(trimmed);
      boolean plain =
          url.getQuery() == null
              && url.getUserInfo() == null
              && url.getHost() != null
              && url.getPort() != 0
              && url.getPort() <= LARGEST_PORT;
      if (plain && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // refused below
    }
    throw new UsageException(
        ADDRESS
            + " is \""
            + Redactor.redact(trimmed)
            + "\"; write scheme and host, and a port if it has one, for example https://generativelanguage.googleapis.com.");
  }
}
