package dev.geminibatch.settings;

import dev.geminibatch.answer.Strictness;
import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.job.JobLimits;
import dev.geminibatch.ledger.LedgerServer;
import dev.geminibatch.line.RequestDefaults;
import dev.geminibatch.logging.LogSettings;
import dev.geminibatch.media.MediaRules;
import dev.geminibatch.media.RemoteHosts;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.LimitTable;
import dev.geminibatch.service.ServiceConfig;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Everything that can be set, checked and with its unit. The keys are described one by one in
 * {@code config/application.properties}.
 *
 * @param profile the name of the profile that these are for
 * @param profiles all of them
 * @param operation the process itself, the same for every profile
 */
public record Settings(
    String profile,
    Profiles profiles,
    Folders folders,
    ServiceConfig service,
    Jobs jobs,
    Uploads uploads,
    Lines lines,
    Requests requests,
    Optional<Pictures> pictures,
    Costs costs,
    Routes routes,
    Operation operation) {

  /**
   * Where files come and go.
   *
   * @param interval how often the inbox is checked
   * @param settleTime how long a dropped file must rest before it is taken
   * @param reserve what is kept free of their disks
   */
  public record Folders(
      Path inbox,
      Path outbox,
      Path archive,
      Path failed,
      Path state,
      Duration interval,
      Duration settleTime,
      DiskReserve reserve) {
    /** A check costs a tenth of a millisecond, some more where the folder is on another machine. */
    private static final Duration SHORTEST = Duration.ofMillis(100);

    /** A file that has come is taken once it has settled, not an interval later. */
    public Duration checkEvery() {
      Duration settled = settleTime.compareTo(SHORTEST) > 0 ? settleTime : SHORTEST;
      return settled.compareTo(interval) < 0 ? settled : interval;
    }

    /** What lies in the state folder. */
    public StateFolder stateFolder() {
      return new StateFolder(state);
    }
  }

  /**
   * Batch jobs.
   *
   * @param model for lines that name none
   * @param maxAttempts how often a line is sent at most
   * @param packing which runs share jobs
   * @param maxOpen how many jobs of ours may be open at once; the service takes 100 of a project
   * @param keep how long finished runs are remembered
   * @param stuckAfter how long a job may take until it is cancelled and sent again; empty forever
   * @param runs of which they are
   * @param quota how many tokens may be enqueued
   */
  public record Jobs(
      String model,
      JobLimits limits,
      Packing packing,
      Duration pollInterval,
      Duration timeout,
      int maxAttempts,
      int maxOpen,
      Duration keep,
      Optional<Duration> stuckAfter,
      Runs runs,
      Quota quota) {}

  /**
   * Runs.
   *
   * @param concurrency how many are worked on at the same time
   * @param stuckAfter how long the work on one may make no progress; empty forever
   * @param priority the share of turns that one gets when runs wait for the same room, 1 to 9
   * @param isPaused whether nothing of one is sent until a person resumes it
   */
  public record Runs(
      int concurrency, Optional<Duration> stuckAfter, int priority, boolean isPaused) {}

  /**
   * How many tokens may be enqueued.
   *
   * @param tier of the service; empty if it is learned what is allowed
   * @param maxTokens of one job; empty if it follows from what is allowed
   * @param table what the service allows
   */
  public record Quota(OptionalInt tier, OptionalLong maxTokens, LimitTable table) {}

  /**
   * Jobs that several runs share.
   *
   * @param gathering how long a small run waits for others; zero if none shares a job
   * @param below runs with fewer requests are small
   */
  public record Packing(Duration gathering, int below) {
    /** What may arrive one after the other within the wait has gathered by then. */
    private static final int MOST_WAITS = 4;

    /** Whether small runs share jobs. */
    public boolean isOn() {
      return !gathering.isZero();
    }

    /** How long runs gather at the most, while further ones arrive. */
    public Duration longestWait() {
      return gathering.multipliedBy(MOST_WAITS);
    }
  }

  /**
   * Files that lines refer to.
   *
   * @param minLife what a reference must have left of its 48 hours to be used again
   * @param storageLimit bytes of all files of the project
   * @param remoteHosts hosts that files may be fetched from
   * @param rules which files may be sent
   */
  public record Uploads(
      Path mediaRoot,
      int concurrency,
      Duration minLife,
      long storageLimit,
      MediaRules rules,
      RemoteHosts remoteHosts,
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

  /**
   * Input lines.
   *
   * @param failOnError whether one bad line keeps the whole file from being sent
   * @param strictness what counts as an answer to one
   * @param areParts whether the answers of each job are published as soon as it has ended
   * @param maxInputBytes of a whole input, unpacked
   * @param maxInputRatio how many times its packed size an input may have unpacked
   */
  public record Lines(
      boolean failOnError,
      int maxBytes,
      Strictness strictness,
      boolean areParts,
      long maxInputBytes,
      int maxInputRatio) {}

  /**
   * What requests get that do not say it themselves.
   *
   * @param generationConfig as JSON
   * @param systemInstruction as text
   */
  public record Requests(Optional<String> generationConfig, Optional<String> systemInstruction) {

    /** Both, as requests get them. */
    public RequestDefaults defaults() {
      return RequestDefaults.of(generationConfig, systemInstruction);
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
   * @param stages the endpoints that every key of {@link Hooks} names
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
   * What concerns the process rather than its runs.
   *
   * @param sandboxJobTime how long a job of the sandbox takes
   * @param ledger the server that holds it; empty if it is in the state folder
   */
  public record Operation(
      LogSettings log,
      ManagementSettings management,
      Duration sandboxJobTime,
      Optional<LedgerServer> ledger,
      MemberSettings member) {}

  /**
   * How the program logs, whatever is wrong with other keys: that is logged, too.
   *
   * <p>The default stands in for a value that cannot be used; {@link #of} says so.
   */
  public static LogSettings log(PropertySources properties, Places places) {
    TypedProperties typed = new TypedProperties(properties, places, new Mistakes());
    return new LogReader(properties, typed).read();
  }

  /** These, but for what may change while the process runs; see {@link LiveSettings}. */
  Settings withLive(Settings read) {
    return with(
        read,
        new Operation(
            read.operation.log(),
            operation.management(),
            operation.sandboxJobTime(),
            operation.ledger(),
            operation.member()));
  }

  /** These with a ledger in the state folder, wherever it is set to be. */
  public Settings withOwnLedger() {
    return with(
        this,
        new Operation(
            operation.log(),
            operation.management(),
            operation.sandboxJobTime(),
            Optional.empty(),
            operation.member()));
  }

  private Settings with(Settings live, Operation changed) {
    return new Settings(
        profile,
        live.profiles,
        folders,
        service,
        live.jobs,
        uploads,
        lines,
        requests,
        pictures,
        live.costs,
        routes,
        changed);
  }

  /** Whether these are what is set without a profile's name. */
  public boolean isDefault() {
    return profile.equals(Profiles.DEFAULT);
  }

  /** A key as it is written for this profile alone: {@code profile.NAME.KEY}. */
  public String ownKey(String key) {
    return isDefault() ? key : "profile." + profile + "." + key;
  }

  /** How large an input may be. */
  public InputLimits inputLimits() {
    return new InputLimits(lines.maxInputBytes(), lines.maxInputRatio(), folders.reserve());
  }

  /** The same, for a program that is in the folder that it works in. */
  public static Settings of(PropertySources properties, Path home, Path defaultMediaRoot) {
    return of(properties, Places.both(home), defaultMediaRoot);
  }

  /**
   * Reads and checks every key.
   *
   * @param places what relative folders are relative to
   * @param defaultMediaRoot used when {@code media.root} is not set
   * @throws UsageException naming every value that cannot be used, and where it was set
   */
  public static Settings of(PropertySources properties, Places places, Path defaultMediaRoot) {
    Profiles profiles = new Profiles(properties, places, defaultMediaRoot);
    profiles.check();
    return profiles.of(Profiles.DEFAULT);
  }

  /**
   * The same with the default in place of each value that cannot be used.
   *
   * @param mistakes gets what is wrong, each in words that begin with where it is
   */
  public static Settings of(
      PropertySources properties, Places places, Path defaultMediaRoot, Consumer<String> mistakes) {
    Profiles profiles = new Profiles(properties, places, defaultMediaRoot);
    profiles.mistakes().forEach(mistakes);
    return profiles.of(Profiles.DEFAULT);
  }
}
