package dev.geminibatch.settings;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Everything that can be set, checked and with its unit. The keys are described one by one in
 * {@code config/application.properties}.
 *
 * @param profile the name of the profile that these are for
 * @param profiles all of them
 * @param sandboxJobTime how long a job of the sandbox takes
 */
public record Settings(
    String profile,
    Profiles profiles,
    Folders folders,
    Service service,
    Jobs jobs,
    Uploads uploads,
    Lines lines,
    Requests requests,
    Optional<Pictures> pictures,
    Results results,
    Costs costs,
    Routes routes,
    Duration sandboxJobTime) {

  /** Before the name of a file that holds a value. */
  static final String FILE = "file:";

  /**
   * Where files come and go.
   *
   * @param interval how often the inbox is looked at
   * @param settleTime how long a dropped file must rest before it is taken
   */
  public record Folders(
      Path inbox,
      Path outbox,
      Path archive,
      Path failed,
      Path state,
      Duration interval,
      Duration settleTime) {}

  /**
   * The Gemini API.
   *
   * @param key empty when none was given; see {@link #requireKey}
   * @param timeout how long one answer may take to begin, and how long it may pause
   */
  public record Service(Optional<ApiKey> key, URI baseUrl, String apiVersion, Duration timeout) {

    /**
     * The key.
     *
     * @throws InvalidSettingException when there is none
     */
    public ApiKey requireKey() {
      return key.orElseThrow(
          () ->
              new InvalidSettingException(
                  "No API key. Set GEMINI_API_KEY in the environment, gemini.api-key-file in"
                      + " config/local.properties, or give --api-key."));
    }
  }

  /**
   * Batch jobs.
   *
   * @param model for lines that name none
   * @param maxBytes of one job's file; the service takes 2 GB
   * @param maxAttempts how often a line is sent at most
   * @param concurrency how many runs are worked on at the same time
   * @param maxOpen how many jobs of ours may be open at once; the service takes 100 of a project
   * @param keep how long finished runs are remembered
   * @param stuckAfter how long a job may take until it is cancelled and sent again; empty for ever
   */
  public record Jobs(
      String model,
      int maxRequests,
      long maxBytes,
      Duration pollInterval,
      Duration timeout,
      int concurrency,
      int maxAttempts,
      int maxOpen,
      Duration keep,
      Optional<Duration> stuckAfter) {}

  /**
   * Files that lines refer to.
   *
   * @param minLife what a reference must have left of its 48 hours to be used again
   * @param storageLimit bytes of all files of the project
   * @param remoteHosts hosts that files may be fetched from
   * @param types patterns of the media types that may be sent, {@code image/*}
   */
  public record Uploads(
      Path mediaRoot,
      int concurrency,
      Duration minLife,
      long storageLimit,
      List<String> types,
      List<String> remoteHosts,
      long remoteMaxBytes,
      Duration remoteTimeout) {}

  /**
   * What things cost.
   *
   * @param prices the table of prices; may be missing
   * @param maxPerFile in the table's currency, above which a file is not sent; empty for no limit
   * @param outputTokens assumed for a request that sets no limit to its answer
   */
  public record Costs(Path prices, Optional<BigDecimal> maxPerFile, int outputTokens) {}

  /** What counts as an answer. */
  public record Results(ResultCheck check) {}

  /**
   * Input lines.
   *
   * @param failOnError whether one bad line keeps the whole file from being sent
   */
  public record Lines(boolean failOnError, int maxBytes) {}

  /**
   * What requests get that do not say it themselves.
   *
   * @param generationConfig as JSON
   * @param systemInstruction as text
   */
  public record Requests(Optional<String> generationConfig, Optional<String> systemInstruction) {

    /** Both, for telling whether two are the same. */
    public Optional<String> inWords() {
      return generationConfig.isEmpty() && systemInstruction.isEmpty()
          ? Optional.empty()
          : Optional.of(toString());
    }
  }

  /**
   * An inbox for pictures (or other files), each of which becomes a request.
   *
   * @param prompt file with the text that goes with each of them
   * @param schema file with the schema of the answers
   * @param quietPeriod after which those that have arrived are taken together
   * @param answerFiles whether each answer is written into a file of its own as well
   */
  public record Pictures(
      Path prompt, Optional<Path> schema, Duration quietPeriod, boolean answerFiles) {}

  /**
   * The files of the routes.
   *
   * @param folder of the routes that are the pipeline
   * @param extra further folders with users' routes
   * @param off ids of routes that are not to be started
   * @param reload whether changed files are taken while the process runs
   * @param stages the endpoints that every key of {@link Stages} names
   * @param components folder of jars with further Camel components; need not exist
   */
  public record Routes(
      Path folder,
      List<Path> extra,
      List<String> off,
      boolean reload,
      Map<String, String> stages,
      Path components) {

    /** Every folder that routes are read from. */
    public List<Path> folders() {
      return Stream.concat(Stream.of(folder), extra.stream()).toList();
    }
  }

  /**
   * Reads and checks every key.
   *
   * @param home what relative folders are relative to
   * @param defaultMediaRoot used when {@code media.root} is not set
   * @throws InvalidSettingException naming the first value that cannot be used
   */
  public static Settings of(Properties properties, Path home, Path defaultMediaRoot) {
    Profiles profiles = new Profiles(properties, home, defaultMediaRoot);
    properties.refuseUnknown();
    return profiles.of(Profiles.DEFAULT);
  }

  static Settings read(
      Properties properties, String profile, Profiles profiles, Path home, Path defaultMediaRoot) {
    BiFunction<String, String, String> text =
        (key, byDefault) -> properties.get(key).orElse(byDefault);
    BiFunction<String, String, Path> folder =
        (key, byDefault) -> home.resolve(text.apply(key, byDefault)).toAbsolutePath().normalize();
    BiFunction<String, String, Duration> time =
        (key, byDefault) -> atLeast(key, Quantity.duration(key, text.apply(key, byDefault)));

    // A profile's folders are in the default ones unless it names others.
    BiFunction<String, String, Path> own =
        (key, byDefault) ->
            profile.equals(Profiles.DEFAULT)
                ? folder.apply(key, byDefault)
                : properties
                    .ofProfileAlone(key)
                    .map(path -> home.resolve(path).toAbsolutePath().normalize())
                    .orElseGet(() -> folder.apply(key, byDefault).resolve(profile));

    Folders folders =
        new Folders(
            own.apply("inbox.directory", "inbox"),
            own.apply("outbox.directory", "outbox"),
            own.apply("archive.directory", "archive"),
            own.apply("failed.directory", "failed"),
            folder.apply("state.directory", "state"),
            time.apply("inbox.interval", "500ms"),
            Quantity.duration("inbox.settle-time", text.apply("inbox.settle-time", "4s")));
    Service service =
        new Service(
            apiKey(properties, home),
            baseUrl(properties),
            text.apply("gemini.api-version", "v1beta"),
            time.apply("gemini.timeout", "60s"));
    Jobs jobs =
        new Jobs(
            text.apply("gemini.model", "gemini-3-flash-preview"),
            number(properties, "job.max-requests", 1_000_000, 1, 10_000_000),
            limited("job.max-bytes", text.apply("job.max-bytes", "1900MB"), 2_000_000_000L),
            time.apply("poll.interval", "10s"),
            time.apply("job.timeout", "24h"),
            number(properties, "run.concurrency", 4, 1, 64),
            number(properties, "retry.max-attempts", 3, 1, 10),
            number(properties, "job.max-open", 90, 1, 100),
            time.apply("history.keep", "30d"),
            text.apply("job.stuck-after", "off").equals("off")
                ? Optional.empty()
                : Optional.of(time.apply("job.stuck-after", "off")));
    Optional<Pictures> pictures = pictures(properties, home);
    Path mediaRoot =
        properties
            .get("media.root")
            .map(root -> home.resolve(root).toAbsolutePath().normalize())
            .orElse(defaultMediaRoot);
    Uploads uploads =
        new Uploads(
            // Pictures are in the archive before any line refers to them.
            pictures.isPresent() && properties.override("media.root").isEmpty()
                ? folders.archive()
                : mediaRoot,
            number(properties, "upload.concurrency", 16, 1, 256),
            time.apply("upload.min-life", "25h"),
            limited("upload.storage-limit", text.apply("upload.storage-limit", "20GB"), 1L << 50),
            mediaTypes(
                text.apply("media.types", "image/*, audio/*, video/*, text/*, application/pdf")),
            words(text.apply("media.remote-hosts", "")),
            limited(
                "media.remote-max-bytes", text.apply("media.remote-max-bytes", "100MB"), 2L << 30),
            time.apply("media.remote-timeout", "5m"));
    Lines lines =
        new Lines(
            choice(properties, "lines.on-error", "skip", "fail").equals("fail"),
            (int) limited("lines.max-bytes", text.apply("lines.max-bytes", "64MiB"), 1L << 30));
    Routes routes =
        new Routes(
            folder.apply("routes.directory", "routes"),
            words(text.apply("routes.extra", "")).stream()
                .map(extra -> home.resolve(extra).toAbsolutePath().normalize())
                .toList(),
            words(text.apply("routes.off", "")),
            choice(properties, "routes.reload", "false", "true").equals("true"),
            Stages.read(properties),
            folder.apply("components.directory", "components"));
    Requests requests =
        new Requests(
            properties.get("request.generation-config").map(each -> orFile(each, home)),
            properties.get("request.system-instruction").map(each -> orFile(each, home)));
    return new Settings(
        profile,
        profiles,
        folders,
        service,
        jobs,
        uploads,
        lines,
        requests,
        pictures,
        new Results(
            ResultCheck.valueOf(
                choice(properties, "results.check", "strict", "lenient", "off")
                    .toUpperCase(Locale.ROOT))),
        new Costs(
            folder.apply("prices.file", "config/prices.json"),
            maxCost(text.apply("budget.max-cost-per-file", "off")),
            number(properties, "budget.output-tokens", 1000, 0, 10_000_000)),
        routes,
        Quantity.duration("sandbox.job-time", text.apply("sandbox.job-time", "3s")));
  }

  /** Only a profile can have such an inbox: the others' exports are no pictures. */
  private static Optional<Pictures> pictures(Properties properties, Path home) {
    Function<String, Optional<Path>> file =
        key -> properties.ofProfileAlone(key).map(name -> existing(key, home.resolve(name)));
    return file.apply("pictures.prompt-file")
        .map(
            prompt ->
                new Pictures(
                    prompt,
                    file.apply("pictures.schema-file"),
                    Quantity.duration(
                        "pictures.quiet-period",
                        properties.ofProfileAlone("pictures.quiet-period").orElse("10s")),
                    choice(properties, "pictures.answer-files", "true", "false").equals("true")));
  }

  private static Path existing(String key, Path file) {
    if (!Files.isReadable(file)) {
      throw new InvalidSettingException(key + " names " + file + ", which cannot be read.");
    }
    return file.toAbsolutePath().normalize();
  }

  private static Optional<ApiKey> apiKey(Properties properties, Path home) {
    properties.get("gemini.api-key-file"); // known, also where another key comes first
    properties.get("gemini.api-key");
    Optional<ApiKey> key =
        properties.commandLine("gemini.api-key").map(text -> ApiKey.of(text, "--api-key"));
    key = key.or(() -> keyOf(properties::ofProfileAlone, home));
    for (String name : new String[] {"GEMINI_API_KEY", "API_KEY", "GOOGLE_API_KEY"}) {
      key = key.or(() -> properties.environment(name).map(text -> ApiKey.of(text, name)));
    }
    key = key.or(() -> keyOf(properties::get, home));
    key.ifPresent(Redactor::hide);
    return key;
  }

  private static Optional<ApiKey> keyOf(Function<String, Optional<String>> properties, Path home) {
    return properties
        .apply("gemini.api-key")
        .map(text -> ApiKey.of(text, "gemini.api-key"))
        .or(
            () ->
                properties
                    .apply("gemini.api-key-file")
                    .map(
                        file ->
                            ApiKey.of(
                                content("gemini.api-key-file", home.resolve(file)),
                                "gemini.api-key-file")));
  }

  /** A value that is too long for one line may stand in a file. */
  private static String orFile(String value, Path home) {
    return value.startsWith(FILE)
        ? content(value, home.resolve(value.substring(FILE.length()).strip())).strip()
        : value;
  }

  private static Optional<BigDecimal> maxCost(String text) {
    if (text.equals("off")) {
      return Optional.empty();
    }
    if (!text.matches("\\d{1,9}(\\.\\d{1,9})?")) {
      throw new InvalidSettingException(
          "budget.max-cost-per-file is \"" + text + "\"; write an amount such as 2.50, or off.");
    }
    return Optional.of(new BigDecimal(text));
  }

  private static String content(String key, Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidSettingException(key + " names " + file + ", which cannot be read.");
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
        throw new InvalidSettingException(
            "media.types holds \"" + type + "\"; write types such as image/png or image/*.");
      }
    }
    return types;
  }

  private static URI baseUrl(Properties properties) {
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
    throw new InvalidSettingException(
        "gemini.base-url is \""
            + Redactor.redact(trimmed)
            + "\"; write scheme and host, for example https://generativelanguage.googleapis.com.");
  }

  private static Duration atLeast(String key, Duration value) {
    if (value.toMillis() < 1) {
      throw new InvalidSettingException(key + " is 0; write at least 1ms.");
    }
    return value;
  }

  private static long limited(String key, String text, long most) {
    long bytes = Quantity.bytes(key, text);
    if (bytes < 1 || bytes > most) {
      throw new InvalidSettingException(
          key + " is \"" + text + "\"; write at least 1 and at most " + most + " bytes.");
    }
    return bytes;
  }

  private static int number(Properties properties, String key, int byDefault, int least, int most) {
    String text = properties.get(key).orElse(Integer.toString(byDefault)).strip();
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new InvalidSettingException(
        key + " is \"" + text + "\"; write a whole number from " + least + " to " + most + ".");
  }

  /** One of some words, of which the first is the default. */
  private static String choice(Properties properties, String key, String... words) {
    String text = properties.get(key).orElse(words[0]).strip();
    if (List.of(words).contains(text)) {
      return text;
    }
    throw new InvalidSettingException(
        key + " is \"" + text + "\"; write " + String.join(" or ", words) + ".");
  }
}
