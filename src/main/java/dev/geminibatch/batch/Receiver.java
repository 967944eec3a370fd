package dev.geminibatch.batch;

import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes an input and makes a run of it. */
public final class Receiver {
  private static final Logger LOG = LoggerFactory.getLogger("receive");
  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final Ledger ledger;
  private final RunClaims claims;
  private final Settings settings;
  private final Clock clock;
  private final RandomGenerator random;

  public Receiver(
      Ledger ledger, RunClaims claims, Settings settings, Clock clock, RandomGenerator random) {
    this.ledger = ledger;
    this.claims = claims;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
  }

  /**
   * A file given on the command line.
   *
   * @param output where the results go
   * @param displayName the job's name, or empty for the file's
   */
  public record Order(Path file, Path output, Optional<String> displayName, boolean forced) {}

  /**
   * Moves a dropped file out of the inbox.
   *
   * @return the id of the run, begun by {@link RunClaims#begin}; null if the file is gone
   */
  public String receive(Path file) throws IOException {
    String name = file.getFileName().toString();
    boolean forced = name.toLowerCase(Locale.ROOT).endsWith(".force.jsonl");
    Run run = run(name, file, true, Optional.empty(), Run.stem(name), forced);
    RunFolder folder = begin(run);
    if (!Files.exists(file)) {
      abandon(run.id());
      return null;
    }
    SafeFiles.move(file, folder.input());
    taken(run.id(), folder);
    LOG.info("{}: received as run {}", name, run.id());
    claims.begin(run.id());
    return run.id();
  }

  /**
   * Takes a file from the command line; it stays where it is.
   *
   * @return the id of the run, begun by {@link RunClaims#begin}
   */
  public String receive(Order order) throws IOException {
    String name = order.file().getFileName().toString();
    Run run =
        run(
            name,
            order.file().toAbsolutePath().normalize(),
            false,
            Optional.of(order.output().toAbsolutePath().normalize()),
            order.displayName().orElse(Run.stem(name)),
            order.forced());
    RunFolder folder = begin(run);
    SafeFiles.linkOrCopy(order.file(), folder.input());
    taken(run.id(), folder);
    claims.begin(run.id());
    return run.id();
  }

  /** Sorts out runs that were being received when the process ended. */
  public void recover() throws IOException {
    for (Run run : ledger.unfinished()) {
      if (run.state() == RunState.RECEIVING && claims.own(run.id())) {
        RunFolder folder = new RunFolder(settings.folders().state(), run.id());
        if (Files.exists(folder.input())) {
          taken(run.id(), folder);
        } else {
          abandon(run.id()); // the input is still where it was, and is received again
        }
      }
    }
  }

  private RunFolder begin(Run run) throws IOException {
    ledger.add(run);
    claims.own(run.id());
    RunFolder folder = new RunFolder(settings.folders().state(), run.id());
    folder.create();
    return folder;
  }

  private void taken(String runId, RunFolder folder) throws IOException {
    ledger.received(
        runId, Files.size(folder.input()), Files.getLastModifiedTime(folder.input()).toMillis());
  }

  private void abandon(String runId) {
    claims.disown(runId);
    ledger.remove(runId);
  }

  private Run run(
      String name,
      Path source,
      boolean fromInbox,
      Optional<Path> output,
      String displayName,
      boolean forced) {
    Instant now = clock.instant();
    String id =
        ID_TIME.format(now)
            + "-"
            + Long.toString(
                random.nextLong(36L * 36 * 36 * 36 * 36, 36L * 36 * 36 * 36 * 36 * 36), 36);
    return new Run(
        id,
        name,
        source,
        fromInbox,
        output,
        settings.jobs().model(),
        settings.uploads().mediaRoot(),
        displayName,
        forced,
        RunState.RECEIVING,
        Optional.empty(),
        1,
        0,
        Instant.EPOCH,
        Optional.empty(),
        0,
        0,
        new Run.Counts(0, 0, 0, 0, 0),
        now,
        now);
  }
}
