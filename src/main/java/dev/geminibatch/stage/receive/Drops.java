package dev.geminibatch.stage.receive;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileIdentity;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.FullDisk;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.RunLedger;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.InputMode;
import dev.geminibatch.run.LeaseLost;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunScope;
import dev.geminibatch.run.WorkInHand;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves dropped files out of the inbox, several at a time: they are written down in one transaction
 * before the first of them is touched, and in another one when all are moved. Each is moved for
 * itself, and one that cannot be moved does not hold up the others.
 *
 * <p>A process that is killed between the two leaves runs that are being received; what has not
 * been moved is still in the inbox ({@link Receiver#recover}).
 */
final class Drops {
  private static final Logger LOG = LoggerFactory.getLogger("receive");

  /** How long a file that could not be moved is ignored before it is tried again. */
  private static final Duration IGNORED = Duration.ofMinutes(1);

  private final StageContext context;
  private final RunLedger runs;
  private final Intake intake;
  private final Set<String> receiving;
  private final NewRuns newRuns;
  private final Map<Path, Instant> ignoredUntil = new ConcurrentHashMap<>();

  /**
   * @param receiving gets the runs that are being received
   */
  Drops(StageContext context, Intake intake, Set<String> receiving, NewRuns newRuns) {
    this.receiving = receiving;
    this.context = context;
    this.runs = context.ledger().runs();
    this.intake = intake;
    this.newRuns = newRuns;
  }

  /** Makes the run of an input, with what is set beside it. */
  @FunctionalInterface
  interface NewRuns {
    Run of(Dropped dropped, Optional<SettingsBeside> beside);
  }

  /** Receives why a file was not taken. */
  @FunctionalInterface
  interface Failures {
    void failed(Dropped dropped, Exception why);
  }

  /**
   * A file that is being taken.
   *
   * @param known what it is known by, if others may see it, too, and if that can be said
   */
  record Taking(
      Dropped dropped, Run run, Optional<SettingsBeside> beside, Optional<KnownDrop> known) {}

  /**
   * Takes files.
   *
   * @return the ids of their runs, each begun by {@link dev.geminibatch.run.BusyRuns#begin}, but
   *     for those that wait for a tick because another run is worked on alone
   */
  List<String> take(List<Dropped> dropped, Failures failures) {
    List<Taking> begun = new ArrayList<>();
    try {
      for (Dropped each : dropped) {
        try {
          begin(each).ifPresent(begun::add);
        } catch (IOException e) {
          if (isTakenElsewhere(each, e)) {
            LOG.debug("{}: another member takes it: {}", each.file(), e.toString());
          } else {
            ignore(each, e, failures);
          }
        }
      }
      return begun.isEmpty() ? List.of() : takeBegun(begun, failures);
    } finally {
      begun.forEach(each -> receiving.remove(each.run().id()));
    }
  }

  private List<String> takeBegun(List<Taking> begun, Failures failures) {
    if (context.leases().areShared()) {
      return bringIn(new SharedInbox(context).claim(begun), failures);
    }
    runs.add(begun.stream().map(Taking::run).toList());
    return bringIn(begun, failures);
  }

  private List<String> bringIn(List<Taking> begun, Failures failures) {
    List<Taking> there = new ArrayList<>();
    List<RunLedger.Received> received = new ArrayList<>();
    List<String> ready = new ArrayList<>();
    for (Taking each : begun) {
      try (WorkInHand.Help ours = context.busy().help(each.run())) {
        FileState input = bringIn(each);
        received.add(new RunLedger.Received(each.run().id(), input.size(), input.modifiedMillis()));
        there.add(each);
        // Begun before the ledger shows it: a tick that came in between would begin it, too.
        if (context.busy().begin(each.run().id())) {
          ready.add(each.run().id());
        }
      } catch (IOException | RuntimeException e) {
        giveUp(each);
        if (isGone(each, e)) {
          LOG.debug("{}: somebody else has taken it", each.run().name());
        } else if (LeaseLost.isCause(e)) {
          LOG.info("{} is left to others: {}", each.run().name(), e.getMessage());
        } else {
          ignore(each.dropped(), e, failures);
        }
      }
    }
    try {
      runs.received(received);
    } catch (RuntimeException e) {
      ready.forEach(context.busy()::end);
      there.forEach(this::giveBackIfUnknown);
      throw e;
    }
    there.forEach(this::taken);
    return ready;
  }

  /** Another member has it or moves it right now; if not, it is seen again at the next look. */
  private boolean isTakenElsewhere(Dropped dropped, IOException why) {
    return context.leases().areShared()
        && (why instanceof FileIdentity.Changing
            || Files.notExists(dropped.file(), LinkOption.NOFOLLOW_LINKS));
  }

  /** Another member was faster, or a person has removed it. */
  private static boolean isGone(Taking taking, Exception why) {
    return why instanceof NoSuchFileException
        && Files.notExists(taking.dropped().file(), LinkOption.NOFOLLOW_LINKS);
  }

  /** We were so slow that another member has given up the run; else it is received later. */
  private void giveBackIfUnknown(Taking taking) {
    if (!context.ledger().housekeeping().isKnown(taking.run().id())) {
      giveUp(taking);
    }
  }

  private Optional<Taking> begin(Dropped dropped) throws IOException {
    Instant ignored = ignoredUntil.getOrDefault(dropped.file(), Instant.MIN);
    if (context.clock().instant().isBefore(ignored) || !Inbox.mayBeTaken(dropped.file())) {
      return Optional.empty();
    }
    Optional<SettingsBeside> beside = SettingsBeside.of(dropped.file());
    Optional<KnownDrop> known =
        context.leases().areShared() ? KnownDrop.of(dropped.file(), beside) : Optional.empty();
    Run run = newRuns.of(dropped, beside);
    context.leases().acquireNew(run.id());
    receiving.add(run.id());
    return Optional.of(new Taking(dropped, run, beside, known));
  }

  private FileState bringIn(Taking taking) throws IOException {
    Run run = taking.run();
    RunFolder folder = context.folder(run);
    folder.create();
    InputMode.remember(folder, run.source());
    if (taking.beside().isPresent()) {
      taking.beside().get().keep(folder);
    }
    intake.take(run, folder);
    if (taking.beside().isPresent()) {
      taking.beside().get().remove();
    }
    return InputGuard.take(run, folder);
  }

  private void taken(Taking taking) {
    Run run = taking.run();
    try (RunScope scope = RunScope.of(run)) {
      context.progress().happened(new RunEvent.Received(run));
      ignoredUntil.remove(taking.dropped().file());
      forgetFailure(run);
      LOG.info("{}: received as run {}", run.name(), run.id());
    }
  }

  private void giveUp(Taking taking) {
    Run run = taking.run();
    if (context.leases().areShared() && !context.leases().isOurs(run.id())) {
      return; // what is there is brought to its end by whoever has the run
    }
    RunFolder folder = context.folder(run);
    try {
      Intake.giveBack(run, folder);
      context.leases().release(run.id());
      runs.remove(run.id());
      folder.remove();
    } catch (IOException e) {
      LOG.error("{} stays in {}: {}", Visible.line(run.name()), folder.path(), e.toString());
    }
  }

  private void ignore(Dropped dropped, Exception why, Failures failures) {
    Instant now = context.clock().instant();
    ignoredUntil.values().removeIf(now::isAfter);
    ignoredUntil.put(dropped.file(), now.plus(IGNORED));
    failures.failed(dropped, FullDisk.isMeant(why) ? whichDisk(dropped, why) : why);
  }

  private IOException whichDisk(Dropped dropped, Exception why) {
    Path inbox = dropped.file().toAbsolutePath().getParent();
    return new IOException(FullDisk.reason(Optional.of(inbox), context.state().path()), why);
  }

  /** A failed file that came back needs no explanation any more. */
  private void forgetFailure(Run run) {
    Path folder = context.folders(run).failed();
    try {
      if (Files.isDirectory(folder)) {
        Path failed = folder.resolve(InputArchive.name(folder, run));
        if (!Files.exists(failed)) {
          AtomicFiles.deleteIfThere(InputArchive.explanationOf(failed));
        }
      }
    } catch (IOException e) {
      LOG.warn("{}: why it failed before cannot be removed: {}", run.name(), e.getMessage());
    }
  }
}
