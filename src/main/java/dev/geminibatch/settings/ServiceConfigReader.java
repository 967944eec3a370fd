package dev.geminibatch.settings;

import dev.geminibatch.io.Pasted;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.Proxies;
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
  static final String ADDRESS = "gemini.base-url";

  private static final String GOOGLE = "https://generativelanguage.googleapis.com";
  private static final String VERSION = "gemini.api-version";
  private static final String BETA = "v1beta";

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
        typed.read(VERSION, BETA, this::version),
        typed.time("gemini.timeout", "60s"),
        uploadConcurrency,
        typed.read(ProxyReader.URL, Proxies.none(), () -> new ProxyReader(sources).read()));
  }

  private String version() {
    String text = typed.text(VERSION, BETA).strip();
    if (!text.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,40}")) {
      throw new UsageException(
          VERSION + " is \"" + text + "\"; write the one word, for example v1beta.");
    }
    return text;
  }

  private Optional<ApiKey> key() {
    sources.get(KEY_FILE); // known, also where another key comes first
    sources.get(KEY);
    Optional<ApiKey> key = keyOf(sources.onCommandLine(KEY), "--api-key");
    key = key.or(() -> keyOf(sources::inProfile));
    for (String name : new String[] {"GEMINI_API_KEY", "API_KEY", "GOOGLE_API_KEY"}) {
      key = key.or(() -> keyOf(sources.inEnvironment(KEY, name), name));
    }
    key = key.or(() -> keyOf(sources::find));
    key.ifPresent(Redactor::hide);
    return key;
  }

  private Optional<ApiKey> keyOf(Function<String, Optional<Found>> values) {
    return keyOf(values.apply(KEY), KEY).or(() -> keyInFile(values.apply(KEY_FILE)));
  }

  private Optional<ApiKey> keyOf(Optional<Found> set, String name) {
    return set.flatMap(
        found ->
            typed.read(
                KEY,
                found,
                Optional.empty(),
                text -> {
                  ApiKey key = ApiKey.of(text, name);
                  sources.keyIsFrom(found.place().where());
                  return Optional.of(key);
                }));
  }

  private Optional<ApiKey> keyInFile(Optional<Found> set) {
    return set.flatMap(
        found ->
            typed.read(
                KEY_FILE,
                found,
                Optional.empty(),
                text -> {
                  String file = Pasted.clean(text);
                  ApiKey key = ApiKey.of(content(file), KEY_FILE);
                  sources.keyIsFrom(
                      Place.shown(typed.absolute(KEY_FILE, file))
                          + ", which "
                          + found.place().where()
                          + " names");
                  return Optional.of(key);
                }));
  }

  private String content(String file) {
    if (file.matches("[\\w.-]{20,}") && !Files.exists(typed.absolute(KEY_FILE, file))) {
      throw new UsageException(
          KEY_FILE
              + " does not name a file; it seems to be a key itself. Write the key into a file that"
              + " only you can read, and name that.");
    }
    String content = typed.content(KEY_FILE, file);
    sources.holdsSecret(typed.absolute(KEY_FILE, file));
    return content;
  }

  private URI address() {
    sources.get(ADDRESS); // known, also where the environment comes first
    return addressIn(sources)
        .map(
            found ->
                typed.read(ADDRESS, found, URI.create(GOOGLE), ServiceConfigReader::checkedAddress))
        .orElseGet(() -> URI.create(GOOGLE));
  }

  /** The address that counts, with where it was set. */
  static Optional<Found> addressIn(PropertySources sources) {
    return sources
        .onCommandLine(ADDRESS)
        .or(() -> sources.inProfile(ADDRESS))
        .or(() -> sources.inEnvironment(ADDRESS, "GOOGLE_GEMINI_BASE_URL"))
        .or(() -> sources.find(ADDRESS));
  }

  private static URI checkedAddress(String text) {
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
            + "\"; write scheme and host, and a port if it has one, for example "
            + GOOGLE
            + ".");
  }
}
