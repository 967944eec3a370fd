package dev.geminibatch.settings;

import dev.geminibatch.answer.Strictness;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.Quantity;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.job.JobLimits;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.line.RequestDefaults;
import dev.geminibatch.media.MediaRules;
import dev.geminibatch.media.RemoteHosts;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.service.LimitTable;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.ServiceLimits;
import dev.geminibatch.settings.Settings.Folders;
import dev.geminibatch.settings.Settings.Jobs;
import dev.geminibatch.settings.Settings.Lines;
import dev.geminibatch.settings.Settings.Packing;
import dev.geminibatch.settings.Settings.Pictures;
import dev.geminibatch.settings.Settings.Quota;
import dev.geminibatch.settings.Settings.Requests;
import dev.geminibatch.settings.Settings.Routes;
import dev.geminibatch.settings.Settings.Runs;
import dev.geminibatch.settings.Settings.Uploads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads settings, each group by a method of its own. */
final class SettingsReader {
  private static final String MODEL = "gemini.model";
  private static final String USUAL_MODEL = "gemini-3-flash-preview";
  private static final String LIMITS_FILE = "limits.file";
  private static final String HOSTS = "media.remote-hosts";
  private static final String GENERATION = "request.generation-config";
  private static final String INSTRUCTION = "request.system-instruction";
  private static final String PROMPT = "pictures.prompt-file";
  private static final String SCHEMA = "pictures.schema-file";
  private static final String QUIET = "pictures.quiet-period";
  private static final String LIMITS = "config/limits.json";

  private final PropertySources sources;
  private final TypedProperties typed;
  private final String profile;

  /**
   * A reader for one profile.
   *
   * @param sources as the profile sees them
   * @param places what relative folders are relative to
   * @param mistakes gets the values that cannot be used
   */
  SettingsReader(PropertySources sources, String profile, Places places, Mistakes mistakes) {
    this.sources = sources;
    this.typed = new TypedProperties(sources, places, mistakes);
    this.profile = profile;
  }

  /**
   * Reads and checks every key. What cannot be used is noted, and has its default.
   *
   * @param defaultMediaRoot used when {@code media.root} is not set
   */
  Settings read(Profiles profiles, Path defaultMediaRoot) {
    Folders folders = folders();
    Optional<Pictures> pictures = pictures();
    // Pictures are in the archive before any line refers to them.
    Path mediaRoot =
        pictures.isPresent() && sources.override("media.root").isEmpty()
            ? folders.archive()
            : pathOf("media.root", sources.get("media.root")).orElse(defaultMediaRoot);
    int uploadConcurrency = typed.number("upload.concurrency", 16, 1, 256);
    return new Settings(
        profile,
        profiles,
        folders,
        new ServiceConfigReader(sources, typed).read(uploadConcurrency),
        jobs(profiles),
        uploads(mediaRoot, uploadConcurrency),
        lines(),
        requests(),
        pictures,
        new CostsReader(typed).read(),
        routes(),
        new OperationReader(sources, typed).read());
  }

  private Folders folders() {
    return new Folders(
        ownFolder("inbox.directory", "inbox"),
        ownFolder("outbox.directory", "outbox"),
        ownFolder("archive.directory", "archive"),
        ownFolder("failed.directory", "failed"),
        typed.path("state.directory", "state"),
        typed.time("inbox.interval", "500ms"),
        typed.timeOrZero("inbox.settle-time", "4s"),
        new DiskReserve(typed.bytesOrZero("disk.keep-free", "2GB")));
  }

  /** A profile's folder is in the default one unless it names another. */
  private Path ownFolder(String key, String byDefault) {
    return profile.equals(Profiles.DEFAULT)
        ? typed.path(key, byDefault)
        : pathOf(key, sources.ofProfileAlone(key))
            .orElseGet(() -> typed.path(key, byDefault).resolve(profile));
  }

  private Optional<Path> pathOf(String key, Optional<String> set) {
    return typed.read(key, Optional.empty(), () -> set.map(text -> typed.absolute(key, text)));
  }

  private Jobs jobs(Profiles profiles) {
    Quota quota = quota(profiles);
    LimitTable table = quota.table();
    return new Jobs(
        model(),
        new JobLimits(
            typed.number("job.max-requests", 1_000_000, 1, 10_000_000),
            typed.bytes("job.max-bytes", "1900MB", table.jobBytes()),
            JobLimits.ANY),
        new Packing(packWait(), typed.number("job.pack-below", 1000, 1, 100_000)),
        typed.time("poll.interval", "10s"),
        typed.time("job.timeout", "24h"),
        typed.number("retry.max-attempts", 3, 1, 10),
        typed.number("job.max-open", Math.min(90, table.openJobs()), 1, table.openJobs()),
        typed.time("history.keep", "30d"),
        typed.timeOrOff("job.stuck-after", "off"),
        runs(),
        quota);
  }

  private Runs runs() {
    return new Runs(
        typed.number("run.concurrency", 4, 1, 64),
        typed.timeOrOff("run.stuck-after", "30m"),
        typed.number("run.priority", RunOptions.USUAL_PRIORITY, 1, RunOptions.HIGHEST_PRIORITY),
        typed.flag("run.paused", false));
  }

  private Quota quota(Profiles profiles) {
    String tier = typed.choice("service.tier", "auto", "1", "2", "3");
    Path file = typed.installed(LIMITS_FILE, LIMITS);
    boolean isOurs = typed.text(LIMITS_FILE, LIMITS).equals(LIMITS);
    LimitTable table = isOurs && !Files.exists(file) ? LimitTable.NONE : limits(profiles, file);
    return new Quota(
        typed.read("service.tier", OptionalInt.empty(), () -> tier(tier, file, table)),
        typed.tokensOrAuto("job.max-tokens"),
        table);
  }

  /** What is wrong in the file, its own lines say; that it is not there, the line that names it. */
  private LimitTable limits(Profiles profiles, Path file) {
    return Files.isRegularFile(file)
        ? typed.readOther(LimitTable.NONE, () -> profiles.limits(file))
        : typed.read(LIMITS_FILE, LimitTable.NONE, () -> profiles.limits(file));
  }

  private static OptionalInt tier(String tier, Path file, LimitTable table) {
    if (tier.equals("auto")) {
      return OptionalInt.empty();
    }
    if (table.families().isEmpty()) {
      throw new UsageException(
          "service.tier needs a table of limits, and "
              + file
              + " has none for any model; restore it from the distribution, or correct limits.file.");
    }
    return OptionalInt.of(Integer.parseInt(tier));
  }

  private Duration packWait() {
    boolean isOff = Set.of("0", "off").contains(typed.text("job.pack-wait", "5s"));
    return isOff ? Duration.ZERO : typed.timeOrZero("job.pack-wait", "5s");
  }

  /** The model goes into a URL: a name, and nothing that would lead elsewhere. */
  private String model() {
    return typed.read(MODEL, USUAL_MODEL, () -> modelName(typed.text(MODEL, USUAL_MODEL)));
  }

  private static String modelName(String text) {
    String model = ModelName.shortName(text);
    if (!ModelName.isName(model)) {
      throw new UsageException(
          MODEL
              + " is \""
              + Amounts.shortened(Visible.line(Redactor.redact(text)), 100)
              + "\", which is not a model's name; write for example gemini-3-flash-preview or"
              + " tunedModels/my-model.");
    }
    return model;
  }

  private Uploads uploads(Path mediaRoot, int concurrency) {
    return new Uploads(
        mediaRoot,
        concurrency,
        typed.time("upload.min-life", "25h"),
        typed.bytes("upload.storage-limit", "20GB", 1L << 50),
        new MediaRules(
            mediaTypes(), typed.choice("media.mismatch", "error", "send").equals("send")),
        typed.read(
            HOSTS,
            RemoteHosts.of(HOSTS, List.of()),
            () -> RemoteHosts.of(HOSTS, typed.words(HOSTS, ""))),
        typed.bytes("media.remote-max-bytes", "100MB", ServiceLimits.MAX_FILE_BYTES),
        typed.time("media.remote-timeout", "5m"));
  }

  private List<String> mediaTypes() {
    String byDefault = "image/*, audio/*, video/*, text/*, application/pdf";
    return typed.read(
        "media.types", List.of(), () -> checkedTypes(typed.words("media.types", byDefault)));
  }

  private static List<String> checkedTypes(List<String> types) {
    for (String type : types) {
      if (!type.matches("[\\w.+-]+/([\\w.+-]+|\\*)")) {
        throw new UsageException(
            "media.types holds \"" + type + "\"; write types such as image/png or image/*.");
      }
    }
    return types;
  }

  private Lines lines() {
    return new Lines(
        typed.choice("lines.on-error", "skip", "fail").equals("fail"),
        (int) typed.bytes("lines.max-bytes", "64MiB", LineReader.MAX_LINE_BYTES),
        Strictness.valueOf(
            typed.choice("results.check", "strict", "lenient", "off").toUpperCase(Locale.ROOT)),
        typed.flag("results.parts", false),
        typed.bytes("input.max-bytes", "50GB", 1L << 50),
        typed.number("input.max-ratio", 500, 1, 1_000_000));
  }

  private Requests requests() {
    return new Requests(
        typed.read(
            GENERATION,
            Optional.empty(),
            () -> {
              Optional<String> config = typed.longText(GENERATION);
              RequestDefaults.of(config, Optional.empty()); // or says what is wrong
              return config;
            }),
        typed.read(INSTRUCTION, Optional.empty(), () -> typed.longText(INSTRUCTION)));
  }

  private Routes routes() {
    return new Routes(
        linked(typed.installed("routes.directory", "routes")),
        typed.read("routes.extra", List.of(), this::extraRoutes),
        typed.words("routes.off", ""),
        typed.flag("routes.reload", false),
        Hooks.read(sources),
        typed.installed("components.directory", "components"));
  }

  private List<Path> extraRoutes() {
    return typed.words("routes.extra", "").stream()
        .map(folder -> linked(typed.absolute("routes.extra", folder)))
        .toList();
  }

  /** Where a folder really is: Camel finds no routes behind a symbolic link. */
  private static Path linked(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder; // reported by whoever needs it
    }
  }

  /** Only a profile can have such an inbox: the others' exports are no pictures. */
  private Optional<Pictures> pictures() {
    Optional<Path> prompt = ownFile(PROMPT);
    Optional<Path> schema = typed.read(SCHEMA, Optional.empty(), this::schema);
    Duration quiet =
        typed.read(
            QUIET,
            Duration.ofSeconds(10),
            () -> Quantity.duration(QUIET, sources.ofProfileAlone(QUIET).orElse("10s")));
    boolean answerFiles = typed.flag("pictures.answer-files", true);
    return prompt.map(file -> new Pictures(file, schema, quiet, answerFiles));
  }

  private Optional<Path> schema() {
    Optional<String> schema = sources.ofProfileAlone(SCHEMA);
    if (schema.isPresent() && sources.ofProfileAlone(PROMPT).isEmpty()) {
      throw new UsageException(SCHEMA + " says nothing without a prompt; set " + PROMPT + ", too.");
    }
    return schema.map(name -> existing(SCHEMA, typed.absolute(SCHEMA, name)));
  }

  private Optional<Path> ownFile(String key) {
    return typed.read(
        key,
        Optional.empty(),
        () -> sources.ofProfileAlone(key).map(name -> existing(key, typed.absolute(key, name))));
  }

  private static Path existing(String key, Path file) {
    if (!Files.isReadable(file)) {
      throw new UsageException(key + " names " + file + ", which cannot be read.");
    }
    return file;
  }
}
