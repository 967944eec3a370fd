package dev.geminibatch.stage.receive;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunClaims;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.fail.FailureHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes an input and makes a run of it. */
public final class Receiver {
  private static final Logger LOG = LoggerFactory.getLogger("receive");
  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /** How long a file that could not be moved is left alone before it is tried again. */
  private static final Duration LEAVE_ALONE = Duration.ofMinutes(1);

  private final Ledger ledger;
  private final RunClaims claims;
  private final Settings settings;
  private final StageContext context;
  private final Clock clock;
  private final RandomGenerator random;
  private final Map<Path, Instant> leftAloneUntil = new ConcurrentHashMap<>();

  public Receiver(StageContext context, RandomGenerator random) {
    this.ledger = context.ledger();
    this.claims = context.claims();
    this.settings = context.settings();
    this.context = context;
    this.clock = context.clock();
    this.random = random;
  }

  /**
   * A file given on the command line.
   *
   * @param output where the results go
   * @param displayName the job's name, or empty for the file's
   * @param dryRun whether it is only to be looked at
   */
  public record Order(
      Path file, Path output, Optional<String> displayName, boolean forced, boolean dryRun) {}

  /** As {@link #receive(String, Path)}; a route has the path as text. */
  public String receiveFile(String profile, String file) throws IOException {
    return receive(profile, Path.of(file));
  }

  /**
   * Moves a dropped file out of the inbox, and the settings that lie beside it.
   *
   * @param profile whose inbox it is
   * @return the id of the run, begun by {@link RunClaims#begin}; null if there is nothing to take
   * @throws IOException when the file cannot be moved; it is left alone for a while then
   */
  public String receive(String profile, Path file) throws IOException {
    Instant leftAlone = leftAloneUntil.getOrDefault(file, Instant.MIN);
    if (!Files.exists(file) || clock.instant().isBefore(leftAlone)) {
      return null;
    }
    String name = file.getFileName().toString();
    boolean forced = Run.isForced(name);
    Settings set = settingsFor(profile, file);
    Run run = run(name, set, file, true, Optional.empty(), Run.stem(name), forced, false);
    try {
      // Begun before the ledger shows it: a tick that came in between would begin it, too.
      String id =
          receive(
              run,
              (source, target) -> {
                copyOverrides(run);
                AtomicFiles.move(source, target);
                Files.deleteIfExists(FileOverrides.beside(source));
                claims.begin(run.id());
              });
      leftAloneUntil.remove(file);
      forgetFailure(run);
      LOG.info("{}: received as run {}", name, id);
      return id;
    } catch (IOException e) {
      leftAloneUntil.put(file, clock.instant().plus(LEAVE_ALONE));
      throw e;
    }
  }

  /**
   * Takes a copy of a file from the command line: whatever happens to the file afterwards, the
   * answers belong to the lines that were sent.
   *
   * @return the id of the run
   */
  public String receive(Order order) throws IOException {
    String name = order.file().getFileName().toString();
    Run run =
        run(
            name,
            settings,
            order.file().toAbsolutePath().normalize(),
            false,
            Optional.of(order.output().toAbsolutePath().normalize()),
            order.displayName().orElse(Run.stem(name)),
            order.forced(),
            order.dryRun());
    return receive(run, AtomicFiles::copyUnforced); // inspecting forces it, see there
  }

  /**
   * Finds the run that the same order has begun and not finished, for the same content of the file.
   *
   * @return its id
   */
  public Optional<String> unfinished(Order order) throws IOException {
    Path source = order.file().toAbsolutePath().normalize();
    Path output = order.output().toAbsolutePath().normalize();
    for (Run run : ledger.unfinished()) {
      boolean same =
          !run.fromInbox()
              && run.state() != RunState.RECEIVING
              && run.profile().equals(settings.profile())
              && run.source().equals(source)
              && run.output().equals(Optional.of(output))
              && run.model().equals(settings.jobs().model())
              && run.mediaRoot().equals(settings.uploads().mediaRoot())
              && run.forced() == order.forced()
              && !run.isDryRun()
              && run.inputSize() == Files.size(source)
              && run.inputModified() == Files.getLastModifiedTime(source).toMillis();
      if (same) {
        return Optional.of(run.id());
      }
    }
    return Optional.empty();
  }

  /** Sorts out runs that were being received when the process ended. */
  public void recover() throws IOException {
    for (Run run : ledger.inState(RunState.RECEIVING)) {
      if (claims.own(run.id())) {
        RunFolder folder = RunFolder.of(settings, run.id());
        if (!run.fromInbox() || !Files.exists(folder.received(run))) {
          // The input is still where it was; a copy of it need not be complete.
          abandon(run.id());
          continue;
        }
        boolean copied =
            Files.exists(run.source())
                && AtomicFiles.looksTheSame(folder.received(run), run.source());
        if (copied) {
          Files.delete(run.source()); // from another file system; it would be received again
        }
        if (Files.exists(folder.overrides())) {
          Files.deleteIfExists(FileOverrides.beside(run.source()));
        }
        taken(run, folder);
      }
    }
  }

  /** What is wrong with the settings beside a file is told when its lines would be looked at. */
  private Settings settingsFor(String profile, Path file) throws IOException {
    try {
      return FileOverrides.of(FileOverrides.beside(file), settings, profile);
    } catch (UsageException e) {
      return settings.profiles().of(profile);
    }
  }

  private void copyOverrides(Run run) throws IOException {
    Path overrides = FileOverrides.beside(run.source());
    if (Files.exists(overrides)) {
      AtomicFiles.copyUnforced(overrides, RunFolder.of(settings, run.id()).overrides());
    }
  }

  /** A failed file that came back needs no explanation any more. */
  private void forgetFailure(Run run) throws IOException {
    Path failed = context.folders(run).failed().resolve(run.name());
    if (!Files.exists(failed)) {
      Files.deleteIfExists(FailureHandler.explanationOf(failed));
    }
  }

  /** Brings an input into the folder of its run. */
  private interface Transfer {
    void transfer(Path source, Path target) throws IOException;
  }

  private String receive(Run run, Transfer transfer) throws IOException {
    claims.own(run.id());
    ledger.add(run);
    RunFolder folder = RunFolder.of(settings, run.id());
    try {
      folder.create();
      transfer.transfer(run.source(), folder.received(run));
    } catch (IOException e) {
      abandon(run.id());
      throw e;
    }
    taken(run, folder);
    return run.id();
  }

  private void taken(Run run, RunFolder folder) throws IOException {
    ledger.received(
        run.id(),
        Files.size(folder.received(run)),
        Files.getLastModifiedTime(folder.received(run)).toMillis());
  }

  private void abandon(String runId) throws IOException {
    claims.disown(runId);
    ledger.remove(runId);
    RunFolder.of(settings, runId).remove();
  }

  private Run run(
      String name,
      Settings set,
      Path source,
      boolean fromInbox,
      Optional<Path> output,
      String displayName,
      boolean forced,
      boolean dryRun) {
    Instant now = clock.instant();
    String id =
        ID_TIME.format(now)
            + "-"
            + Long.toString(
                random.nextLong(36L * 36 * 36 * 36 * 36, 36L * 36 * 36 * 36 * 36 * 36), 36);
    return new Run(
        id,
        name,
        set.profile(),
        source,
        fromInbox,
        output,
        set.jobs().model(),
        set.uploads().mediaRoot(),
        displayName,
        forced,
        RunState.RECEIVING,
        Optional.empty(),
        false,
        1,
        0,
        Instant.EPOCH,
        false,
        dryRun,
        false,
        Optional.empty(),
        0,
        0,
        new Run.Counts(0, 0, 0, 0, 0),
        now,
        now);
  }
}
