package dev.geminibatch.stage.receive;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileMode;
import dev.geminibatch.io.FileNames;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.RegularFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.InputMode;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.OnceKey;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.WorkInHand;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes an input and makes a run of it. */
public final class Receiver {
  private static final Logger LOG = LoggerFactory.getLogger("receive");
  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /** The service takes 512 characters for the name of a job's file; our own part needs some. */
  private static final int MOST_DISPLAYED = 400;

  /** Runs that a member of a shared ledger works on when it takes more. */
  private static final int MOST_IN_HAND = 64;

  /** After that the files are seen again. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final StageContext context;
  private final Ledger ledger;
  private final Leases leases;
  private final Settings settings;
  private final Clock clock;
  private final RandomGenerator random;
  private final InputLimits limits;
  private final Intake intake;
  private final Drops drops;
  private final Recovery recovery;
  private final boolean isShared;

  /** Runs whose inputs threads of this process are bringing in. */
  private final Set<String> receiving = ConcurrentHashMap.newKeySet();

  public Receiver(StageContext context, RandomGenerator random) {
    this.context = context;
    this.ledger = context.ledger();
    this.leases = context.leases();
    this.settings = context.settings();
    this.clock = context.clock();
    this.random = random;
    this.limits = settings.inputLimits();
    this.isShared = settings.operation().ledger().isPresent();
    this.intake = new Intake(limits, leases);
    this.recovery = new Recovery(context, this, intake, receiving);
    this.drops = new Drops(context, intake, receiving, this::newRun);
  }

  /**
   * A file given on the command line.
   *
   * @param output where the results go
   * @param displayName the job's name, or empty for the file's
   * @param dryRun whether it is only to be inspected
   */
  public record Order(
      Path file, Path output, Optional<String> displayName, boolean forced, boolean dryRun) {}

  /** As {@link #receive(String, Path)}, for a route. */
  public String take(Dropped dropped) throws IOException {
    return receive(dropped.profile(), dropped.file());
  }

  /**
   * Moves dropped files out of the inbox, and the settings that lie beside them. One that cannot be
   * moved is named in the log, and ignored for a while.
   *
   * @return the ids of the runs, begun by {@link BusyRuns#begin}; without those that wait for a
   *     tick because another one is worked on alone
   */
  public List<String> takeAll(List<Dropped> dropped) {
    if (isShared && !hasRoom()) {
      return List.of();
    }
    return drops.take(
        dropped,
        (file, why) ->
            LOG.error("{} stays in the inbox and will be retried: {}", file, why.getMessage()));
  }

  /** What a member takes it works on; what it leaves others may take meanwhile. */
  private boolean hasRoom() {
    try {
      return context.busy().awaitFewer(MOST_IN_HAND, PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * As {@link #takeAll}, of one file.
   *
   * @param profile whose inbox it is
   * @return the id of the run; null if there is nothing to take, or the run waits
   * @throws IOException when the file cannot be moved; it is ignored for a while then
   */
  public String receive(String profile, Path file) throws IOException {
    List<Exception> failures = new ArrayList<>();
    List<String> ids =
        drops.take(List.of(new Dropped(profile, file)), (dropped, why) -> failures.add(why));
    for (Exception why : failures) {
      if (why instanceof RuntimeException unexpected) {
        throw unexpected;
      }
      throw why instanceof IOException known ? known : new IOException(why);
    }
    return ids.isEmpty() ? null : ids.get(0);
  }

  private Run newRun(Dropped dropped, Optional<SettingsBeside> beside) {
    String name = dropped.file().getFileName().toString();
    return newRun(
        id -> new RunInput(name, dropped.file(), true, 0, 0),
        beside
            .map(each -> each.settings(name, settings, dropped.profile()))
            .orElseGet(() -> settings.profiles().of(dropped.profile())),
        InputFile.stem(name),
        InputFile.isForced(name),
        false,
        Optional.empty());
  }

  /**
   * Takes a copy of a file from the command line: whatever happens to the file afterwards, the
   * answers belong to the lines that were sent.
   *
   * @return the id of the run
   */
  public String receive(Order order) throws IOException {
    return receive(order, CopyAhead.none());
  }

  /**
   * As {@link #receive(Order)}.
   *
   * @param ahead a copy of the file that may be under way
   */
  public String receive(Order order, CopyAhead ahead) throws IOException {
    String name = order.file().getFileName().toString();
    Path source = order.file().toAbsolutePath().normalize();
    Run run =
        newRun(
            id -> new RunInput(name, source, false, 0, 0),
            settings,
            order.displayName().orElse(InputFile.stem(name)),
            order.forced(),
            order.dryRun(),
            Optional.of(order.output().toAbsolutePath().normalize()));
    bringIn(
        run,
        Optional.empty(),
        source,
        folder -> {
          if (!ahead.moveTo(folder.received(run))) {
            copy(source, folder.received(run));
          }
        });
    taken(run, context.folder(run));
    return run.id();
  }

  /** A link is followed: whoever gives the order may read what it leads to. */
  private void copy(Path source, Path target) throws IOException {
    try (RegularFile open = RegularFile.open(source.toRealPath())) {
      Optional<String> problem = limits.problemOf(open.state());
      if (problem.isPresent()) {
        throw new UsageException(source + " is not taken: " + problem.get() + ".");
      }
      limits.reserve().require(target.getParent(), open.state().size());
      // Nobody else gets this file. Inspecting forces it, see there.
      AtomicFiles.copyUnforced(open, target, FileMode.PRIVATE);
    }
  }

  /**
   * Finds the run that the same order has begun and not finished, for the same content of the file.
   *
   * @return its id
   */
  public Optional<String> unfinished(Order order) throws IOException {
    Path source = order.file().toAbsolutePath().normalize();
    Path output = order.output().toAbsolutePath().normalize();
    for (Run run : ledger.queries().unfinished()) {
      boolean same =
          !run.fromInbox()
              && run.state() != RunState.RECEIVING
              && run.profile().equals(settings.profile())
              && run.source().equals(source)
              && run.output().equals(Optional.of(output))
              && run.model().equals(settings.jobs().model())
              && run.options().mediaRoot().equals(settings.uploads().mediaRoot())
              && run.forced() == order.forced()
              && !run.isDryRun()
              && !run.isCancelled()
              && run.input().size() == Files.size(source)
              && run.input().modified() == Files.getLastModifiedTime(source).toMillis();
      if (same) {
        return Optional.of(run.id());
      }
    }
    return Optional.empty();
  }

  /**
   * Sorts out runs that were being received when their process ended, or when it lost the ledger.
   */
  public void recover() throws IOException {
    recovery.run();
  }

  /** Brings an input into the folder of its run. */
  @FunctionalInterface
  interface Transfer {
    void transfer(RunFolder folder) throws IOException;
  }

  /**
   * Makes a run of an input that no inbox has; to be followed by {@link #taken}.
   *
   * @param once of the request for it
   * @param readers whoever may read this may read the results
   * @throws IncomingFiles.Repeated when the key has a run already
   */
  void bringIn(Run run, Optional<OnceKey> once, Path readers, Transfer transfer)
      throws IOException {
    receiving.add(run.id());
    boolean isIn = false;
    try {
      add(run, once);
      transfer(run, readers, transfer);
      isIn = true;
    } finally {
      if (!isIn) {
        receiving.remove(run.id()); // what is left of it is for the recovery
      }
    }
  }

  private void add(Run run, Optional<OnceKey> once) throws IOException {
    leases.acquireNew(run.id());
    if (once.isEmpty()) {
      ledger.runs().add(run);
    } else if (!ledger.runs().add(run, once.get())) {
      leases.release(run.id());
      throw new IncomingFiles.Repeated();
    }
  }

  private void transfer(Run run, Path readers, Transfer transfer) throws IOException {
    RunFolder folder = context.folder(run);
    try (WorkInHand.Help ours = context.busy().help(run)) {
      folder.create();
      InputMode.remember(folder, readers);
      transfer.transfer(folder);
    } catch (IOException | UsageException e) {
      Intake.giveBack(run, folder);
      abandon(run.id());
      throw e;
    }
  }

  void taken(Run run, RunFolder folder) throws IOException {
    try {
      FileState input = InputGuard.take(run, folder);
      ledger.runs().received(run.id(), input.size(), input.modifiedMillis());
    } finally {
      receiving.remove(run.id());
    }
    context.progress().happened(new RunEvent.Received(run));
  }

  void abandon(String runId) throws IOException {
    leases.release(runId);
    ledger.runs().remove(runId);
    context.folder(runId).remove();
  }

  Run newRun(
      Function<String, RunInput> input,
      Settings set,
      String displayName,
      boolean forced,
      boolean dryRun,
      Optional<Path> output) {
    RunOptions options =
        new RunOptions(
            set.profile(),
            set.jobs().model(),
            set.uploads().mediaRoot(),
            displayName.length() > MOST_DISPLAYED
                ? FileNames.shortened(displayName, MOST_DISPLAYED)
                : displayName,
            forced,
            set.jobs().runs().priority(),
            dryRun);
    Instant now = clock.instant();
    String id = newId(now);
    Run run = Run.receiving(id, input.apply(id), options, output, now);
    return set.jobs().runs().isPaused() && !dryRun ? run.paused() : run;
  }

  private String newId(Instant now) {
    long number = random.nextLong(36L * 36 * 36 * 36 * 36, 36L * 36 * 36 * 36 * 36 * 36);
    return ID_TIME.format(now) + "-" + Long.toString(number, 36);
  }
}
