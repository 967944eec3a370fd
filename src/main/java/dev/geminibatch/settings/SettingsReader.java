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
import dev.geminibatch.media.MediaRules;
import dev.geminibatch.media.RemoteHosts;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.service.LimitTable;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.ServiceLimits;
import dev.geminibatch.settings.Settings.Costs;
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
import java.math.BigDecimal;
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
  private static final String LIMITS_FILE = "limits.file";
  private static final String LIMITS = "config/limits.json";

  private final PropertySources sources;
  private final TypedProperties typed;
  private final String profile;

  /**
   * A reader for one profile.
   *
   * @param sources as the profile sees them
   * @param home what relative folders are relative to
   */
  SettingsReader(PropertySources sources, String profile, Path home) {
    this.sources = sources;
    this.typed = new TypedProperties(sources, home);
    this.profile = profile;
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
        pictures.isPresent() && sources.override("media.root").isEmpty()
            ? folders.archive()
            : sources.get("media.root").map(typed::absolute).orElse(defaultMediaRoot);
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
        costs(),
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
        : sources
            .ofProfileAlone(key)
            .map(typed::absolute)
            .orElseGet(() -> typed.path(key, byDefault).resolve(profile));
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
    Path file = typed.path(LIMITS_FILE, LIMITS);
    boolean isOurs = file.equals(typed.absolute(LIMITS));
    LimitTable table = isOurs && !Files.exists(file) ? LimitTable.NONE : profiles.limits(file);
    if (!tier.equals("auto") && table.families().isEmpty()) {
      throw new UsageException(
          "service.tier needs a table of limits, and "
              + file
              + " has none for any model; restore it from the distribution, or correct limits.file.");
    }
    return new Quota(
        tier.equals("auto") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(tier)),
        typed.tokensOrAuto("job.max-tokens"),
        table);
  }

  private Duration packWait() {
    boolean isOff = Set.of("0", "off").contains(typed.text("job.pack-wait", "5s"));
    return isOff ? Duration.ZERO : typed.timeOrZero("job.pack-wait", "5s");
  }

  /** The model goes into a URL: a name, and nothing that would lead elsewhere. */
  private String model() {
    String text = typed.text("gemini.model", "gemini-3-flash-preview");
    String model = ModelName.shortName(text);
    if (!ModelName.isName(model)) {
      throw new UsageException(
          "gemini.model is \""
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
        RemoteHosts.of("media.remote-hosts", typed.words("media.remote-hosts", "")),
        typed.bytes("media.remote-max-bytes", "100MB", ServiceLimits.MAX_FILE_BYTES),
        typed.time("media.remote-timeout", "5m"));
  }

  private List<String> mediaTypes() {
    List<String> types =
        typed.words("media.types", "image/*, audio/*, video/*, text/*, application/pdf");
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
        typed.longText("request.generation-config"), typed.longText("request.system-instruction"));
  }

  private Costs costs() {
    Path prices = typed.path("prices.file", "config/prices.json");
    Optional<BigDecimal> most = maxCost(typed.text("budget.max-cost-per-file", "off"));
    if (most.isPresent() && !Files.isReadable(prices)) {
      throw new UsageException(
          "budget.max-cost-per-file needs prices, and prices.file names "
              + prices
              + ", which cannot be read.");
    }
    return new Costs(prices, most, typed.number("budget.output-tokens", 1000, 0, 10_000_000));
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

  private Routes routes() {
    return new Routes(
        linked(typed.path("routes.directory", "routes")),
        typed.words("routes.extra", "").stream()
            .map(typed::absolute)
            .map(SettingsReader::linked)
            .toList(),
        typed.words("routes.off", ""),
        typed.flag("routes.reload", false),
        Hooks.read(sources),
        typed.path("components.directory", "components"));
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
    boolean isPromptMissing =
        sources.ofProfileAlone("pictures.prompt-file").isEmpty()
            && sources.ofProfileAlone("pictures.schema-file").isPresent();
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
                        sources.ofProfileAlone("pictures.quiet-period").orElse("10s")),
                    typed.flag("pictures.answer-files", true)));
  }

  private Optional<Path> ownFile(String key) {
    return sources.ofProfileAlone(key).map(name -> existing(key, typed.absolute(name)));
  }

  private static Path existing(String key, Path file) {
    if (!Files.isReadable(file)) {
      throw new UsageException(key + " names " + file + ", which cannot be read.");
    }
    return file;
  }
}
