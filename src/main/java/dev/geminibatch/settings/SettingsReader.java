package dev.geminibatch.settings;

import dev.geminibatch.answer.Strictness;
import dev.geminibatch.io.Quantity;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.settings.Settings.Costs;
import dev.geminibatch.settings.Settings.Folders;
import dev.geminibatch.settings.Settings.Jobs;
import dev.geminibatch.settings.Settings.Lines;
import dev.geminibatch.settings.Settings.Pictures;
import dev.geminibatch.settings.Settings.Requests;
import dev.geminibatch.settings.Settings.Results;
import dev.geminibatch.settings.Settings.Routes;
import dev.geminibatch.settings.Settings.Service;
import dev.geminibatch.settings.Settings.Uploads;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Reads settings, each group by a method of its own. */
final class SettingsReader {
  private final PropertySources properties;
  private final String profile;
  private final Path home;

  /**
   * @param properties as the profile sees them
   * @param home what relative folders are relative to
   */
  SettingsReader(PropertySources properties, String profile, Path home) {
    this.properties = properties;
    this.profile = profile;
    this.home = home;
  }

  /**
   * Reads and checks every key.
   *
   * @param defaultMediaRoot used when {@code media.root} is not set
   * @throws UsageException naming the first value that cannot be used
   */
  Settings read(Profiles profiles, Path defaultMediaRoot) {
    Folders folders = folders();
    Optional<Pictures> pictures = pictures();
    // Pictures are in the archive before any line refers to them.
    Path mediaRoot =
        pictures.isPresent() && properties.override("media.root").isEmpty()
            ? folders.archive()
            : properties.get("media.root").map(this::absolute).orElse(defaultMediaRoot);
    return new Settings(
        profile,
        profiles,
        folders,
        service(),
        jobs(),
        uploads(mediaRoot),
        lines(),
        requests(),
        pictures,
        results(),
        costs(),
        routes(),
        Quantity.duration("sandbox.job-time", text("sandbox.job-time", "3s")));
  }

  private Folders folders() {
    return new Folders(
        ownFolder("inbox.directory", "inbox"),
        ownFolder("outbox.directory", "outbox"),
        ownFolder("archive.directory", "archive"),
        ownFolder("failed.directory", "failed"),
        folder("state.directory", "state"),
        time("inbox.interval", "500ms"),
        Quantity.duration("inbox.settle-time", text("inbox.settle-time", "4s")));
  }

  private Service service() {
    return new Service(
        apiKey(), baseUrl(), text("gemini.api-version", "v1beta"), time("gemini.timeout", "60s"));
  }

  private Jobs jobs() {
    return new Jobs(
        text("gemini.model", "gemini-3-flash-preview"),
        number("job.max-requests", 1_000_000, 1, 10_000_000),
        limited("job.max-bytes", "1900MB", 2_000_000_000L),
        time("poll.interval", "10s"),
        time("job.timeout", "24h"),
        number("run.concurrency", 4, 1, 64),
        number("retry.max-attempts", 3, 1, 10),
        number("job.max-open", 90, 1, 100),
        time("history.keep", "30d"),
        text("job.stuck-after", "off").equals("off")
            ? Optional.empty()
            : Optional.of(time("job.stuck-after", "off")));
  }

  private Uploads uploads(Path mediaRoot) {
    return new Uploads(
        mediaRoot,
        number("upload.concurrency", 16, 1, 256),
        time("upload.min-life", "25h"),
        limited("upload.storage-limit", "20GB", 1L << 50),
        mediaTypes(text("media.types", "image/*, audio/*, video/*, text/*, application/pdf")),
        words(text("media.remote-hosts", "")),
        limited("media.remote-max-bytes", "100MB", 2L << 30),
        time("media.remote-timeout", "5m"));
  }

  private Lines lines() {
    return new Lines(
        choice("lines.on-error", "skip", "fail").equals("fail"),
        (int) limited("lines.max-bytes", "64MiB", 1L << 30));
  }

  private Requests requests() {
    return new Requests(
        properties.get("request.generation-config").map(this::orFile),
        properties.get("request.system-instruction").map(this::orFile));
  }

  private Results results() {
    return new Results(
        Strictness.valueOf(
            choice("results.check", "strict", "lenient", "off").toUpperCase(Locale.ROOT)));
  }

  private Costs costs() {
    return new Costs(
        folder("prices.file", "config/prices.json"),
        maxCost(text("budget.max-cost-per-file", "off")),
        number("budget.output-tokens", 1000, 0, 10_000_000));
  }

  private Routes routes() {
    return new Routes(
        folder("routes.directory", "routes"),
        words(text("routes.extra", "")).stream().map(this::absolute).toList(),
        words(text("routes.off", "")),
        choice("routes.reload", "false", "true").equals("true"),
        Hooks.read(properties),
        folder("components.directory", "components"));
  }

  /** Only a profile can have such an inbox: the others' exports are no pictures. */
  private Optional<Pictures> pictures() {
    boolean isPromptMissing =
        properties.ofProfileAlone("pictures.prompt-file").isEmpty()
            && properties.ofProfileAlone("pictures.schema-file").isPresent();
    if (isPromptMissing) {
      throw new UsageException(
          "pictures.schema-file says nothing without a prompt; set pictures.prompt-file, too.");
    }
    return ownFile("pictures.prompt-file")
        .map(
            prompt ->
                new Pictures(
                    prompt,
                    ownFile("pictures.schema-file"),
                    Quantity.duration(
                        "pictures.quiet-period",
                        properties.ofProfileAlone("pictures.quiet-period").orElse("10s")),
                    choice("pictures.answer-files", "true", "false").equals("true")));
  }

  private Optional<Path> ownFile(String key) {
    return properties.ofProfileAlone(key).map(name -> existing(key, home.resolve(name)));
  }

  private static Path existing(String key, Path file) {
    if (!Files.isReadable(file)) {
      throw new UsageException(key + " names " + file + ", which cannot be read.");
    }
    return file.toAbsolutePath().normalize();
  }

  private Optional<ApiKey> apiKey() {
    properties.get("gemini.api-key-file"); // known, also where another key comes first
    properties.get("gemini.api-key");
    Optional<ApiKey> key =
        properties.commandLine("gemini.api-key").map(text -> ApiKey.of(text, "--api-key"));
    key = key.or(() -> keyOf(properties::ofProfileAlone));
    for (String name : new String[] {"GEMINI_API_KEY", "API_KEY", "GOOGLE_API_KEY"}) {
      key = key.or(() -> properties.environment(name).map(text -> ApiKey.of(text, name)));
    }
    key = key.or(() -> keyOf(properties::get));
    key.ifPresent(Redactor::hide);
    return key;
  }

  private Optional<ApiKey> keyOf(Function<String, Optional<String>> values) {
    return values
        .apply("gemini.api-key")
        .map(text -> ApiKey.of(text, "gemini.api-key"))
        .or(
            () ->
                values
                    .apply("gemini.api-key-file")
                    .map(
                        file ->
                            ApiKey.of(
                                content("gemini.api-key-file", home.resolve(file)),
                                "gemini.api-key-file")));
  }

  /** A value that is too long for one line may stand in a file. */
  private String orFile(String value) {
    return value.startsWith(Settings.FILE)
        ? content(value, home.resolve(value.substring(Settings.FILE.length()).strip())).strip()
        : value;
  }

  private static Optional<BigDecimal> maxCost(String text) {
    if (text.equals("off")) {
      return Optional.empty();
    }
    if (!text.matches("\\d{1,9}(\\.\\d{1,9})?")) {
      throw new UsageException(
          "budget.max-cost-per-file is \"" + text + "\"; write an amount such as 2.50, or off.");
    }
    return Optional.of(new BigDecimal(text));
  }

  private static String content(String key, Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UsageException(key + " names " + file + ", which cannot be read.");
    }
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(","))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static List<String> mediaTypes(String text) {
    List<String> types = words(text);
    for (String type : types) {
      if (!type.matches("[\\w.+-]+/([\\w.+-]+|\\*)")) {
        throw new UsageException(
            "media.types holds \"" + type + "\"; write types such as image/png or image/*.");
      }
    }
    return types;
  }

  private URI baseUrl() {
    properties.get("gemini.base-url"); // known, also where the environment comes first
    String text =
        properties
            .commandLine("gemini.base-url")
            .or(() -> properties.ofProfileAlone("gemini.base-url"))
            .or(() -> properties.environment("GOOGLE_GEMINI_BASE_URL"))
            .or(() -> properties.get("gemini.base-url"))
            .orElse("https://generativelanguage.googleapis.com");
    String trimmed = text.strip().replaceFirst("/+$", "");
    try {
      URI url = URI.create(trimmed);
      boolean plain = url.getQuery() == null && url.getUserInfo() == null && url.getHost() != null;
      if (plain && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw new UsageException(
        "gemini.base-url is \""
            + Redactor.redact(trimmed)
            + "\"; write scheme and host, for example https://generativelanguage.googleapis.com.");
  }

  private static Duration atLeast(String key, Duration value) {
    if (value.toMillis() < 1) {
      throw new UsageException(key + " is 0; write at least 1ms.");
    }
    return value;
  }

  private long limited(String key, String byDefault, long most) {
    String text = text(key, byDefault);
    long bytes = Quantity.bytes(key, text);
    if (bytes < 1 || bytes > most) {
      throw new UsageException(
          key + " is \"" + text + "\"; write at least 1 and at most " + most + " bytes.");
    }
    return bytes;
  }

  private int number(String key, int byDefault, int least, int most) {
    String text = properties.get(key).orElse(Integer.toString(byDefault)).strip();
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new UsageException(
        key + " is \"" + text + "\"; write a whole number from " + least + " to " + most + ".");
  }

  /** One of some words, of which the first is the default. */
  private String choice(String key, String... words) {
    String text = properties.get(key).orElse(words[0]).strip();
    if (List.of(words).contains(text)) {
      return text;
    }
    throw new UsageException(
        key + " is \"" + text + "\"; write " + String.join(" or ", words) + ".");
  }

  private String text(String key, String byDefault) {
    return properties.get(key).orElse(byDefault);
  }

  private Duration time(String key, String byDefault) {
    return atLeast(key, Quantity.duration(key, text(key, byDefault)));
  }

  private Path folder(String key, String byDefault) {
    return absolute(text(key, byDefault));
  }

  /** A profile's folder is in the default one unless it names another. */
  private Path ownFolder(String key, String byDefault) {
    return profile.equals(Profiles.DEFAULT)
        ? folder(key, byDefault)
        : properties
            .ofProfileAlone(key)
            .map(this::absolute)
            .orElseGet(() -> folder(key, byDefault).resolve(profile));
  }

  private Path absolute(String path) {
    return home.resolve(path).toAbsolutePath().normalize();
  }
}
