package dev.geminibatch.stage.receive;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.Repeats;
import dev.geminibatch.io.Visible;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunScope;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.WorkInHand;
import dev.geminibatch.stage.LostInputs;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Brings to its end what was begun with inputs: each is received, or is where it came from, and
 * nowhere else.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger("receive");

  /** In the name of a folder that is about to be removed. */
  private static final String ASIDE = "-aside";

  private final StageContext context;
  private final Receiver receiver;
  private final Intake intake;
  private final Set<String> receiving;
  private final LostInputs lost;
  private final Repeats repeats = new Repeats();

  /**
   * @param receiving runs that threads of this process are at
   */
  Recovery(StageContext context, Receiver receiver, Intake intake, Set<String> receiving) {
    this.context = context;
    this.receiver = receiver;
    this.intake = intake;
    this.receiving = receiving;
    this.lost = new LostInputs(context);
  }

  void run() throws IOException {
    lost.look();
    for (Run run : context.ledger().queries().inState(RunState.RECEIVING)) {
      String id = run.id();
      if (isForUs(run) && context.leases().acquire(id) && isBeingReceived(id)) {
        sortOut(run, context.folder(run));
      }
    }
  }

  /** One whose profile only others know is for them: whoever recovers a run keeps it. */
  private boolean isForUs(Run run) {
    if (receiving.contains(run.id())) {
      return false;
    }
    Leases leases = context.leases();
    return !leases.areShared()
        || context.settings().profiles().hasKey(run.profile())
            && (leases.isOurs(run.id()) || leases.isFree(run.id()));
  }

  /** Whoever had it may have brought it in since we asked. */
  private boolean isBeingReceived(String id) {
    return context
        .ledger()
        .queries()
        .find(id)
        .filter(run -> run.state() == RunState.RECEIVING)
        .isPresent();
  }

  private void sortOut(Run run, RunFolder folder) throws IOException {
    if (!run.fromInbox() || !Intake.isThere(run, folder)) {
      // The input is still where it was; a copy of it need not be complete.
      putAside(run, folder);
      receiver.abandon(run.id());
      return;
    }
    try (WorkInHand.Help ours = context.busy().help(run)) {
      recover(run, folder);
    } catch (IOException e) {
      LOG.atLevel(repeats.level(Level.WARN, run.id(), e.toString()))
          .log("{} cannot be received: {}", Visible.line(run.name()), e.toString());
      abandon(run, folder);
    }
  }

  /**
   * Who was taken for gone may only have been slow, and bring the input into the folder right now.
   * From here on it cannot.
   */
  private void putAside(Run run, RunFolder folder) throws IOException {
    RunFolder aside = context.folder(run.id() + ASIDE);
    empty(run, folder, aside);
    context.leases().require(run.id()); // or another member may have it now
    try {
      Files.move(folder.path(), aside.path(), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return; // there is none
    }
    empty(run, folder, aside);
  }

  private static void empty(Run run, RunFolder folder, RunFolder aside) throws IOException {
    if (!folder.isSourceOf(run)) {
      Intake.giveBack(run, aside);
    }
    aside.remove();
  }

  /** What cannot go back now is tried at the next start, and so is what was never elsewhere. */
  private void abandon(Run run, RunFolder folder) throws IOException {
    Optional<KnownDrop> known = known(run);
    boolean isCopy =
        known.isPresent() && known.get().isSure() && !known.get().wasMoved(run, folder);
    if (folder.isSourceOf(run) || isCopy) {
      context.leases().release(run.id());
      return;
    }
    try (RunScope scope = RunScope.of(run)) {
      Intake.giveBack(run, folder);
    } catch (IOException e) {
      LOG.atLevel(repeats.level(Level.ERROR, folder.path().toString(), e.toString()))
          .log("{} stays in {}: {}", Visible.line(run.name()), folder.path(), e.toString());
      context.leases().release(run.id());
      return;
    }
    receiver.abandon(run.id());
  }

  private void recover(Run run, RunFolder folder) throws IOException {
    if (folder.isSourceOf(run)) {
      receiver.taken(run, folder);
      return;
    }
    Optional<KnownDrop> known = known(run);
    if (known.isPresent()) {
      takeOut(run, folder, known.get());
    } else {
      takeOut(run, folder);
      receiver.taken(run, folder);
    }
  }

  /** What the dropped file is known by, where others may have dropped one under the same path. */
  private Optional<KnownDrop> known(Run run) {
    return context.leases().areShared()
        ? context.ledger().runs().inboxClaims().identity(run.id()).map(KnownDrop::parse)
        : Optional.empty();
  }

  /**
   * The inbox may be that of another machine, which we do not see; under the same path there may be
   * another one here. What is left in the other one is removed by whoever sees it.
   */
  private void takeOut(Run run, RunFolder folder, KnownDrop known) throws IOException {
    boolean wasMoved = known.wasMoved(run, folder);
    boolean isHere = !wasMoved && known.isAt(run.source());
    intake.secure(run, folder);
    if (isHere) {
      Files.delete(run.source());
    }
    known.removeSettings(run.source());
    receiver.taken(run, folder);
    if (wasMoved || isHere || !known.isSure()) {
      context.ledger().runs().inboxClaims().settle(run.id());
    }
  }

  /** Brings to its end what was begun with a file of an inbox. */
  private void takeOut(Run run, RunFolder folder) throws IOException {
    boolean isCopied =
        !Files.exists(folder.dropped())
            && Files.exists(run.source(), LinkOption.NOFOLLOW_LINKS)
            && AtomicFiles.looksTheSame(folder.received(run), run.source());
    intake.secure(run, folder);
    if (isCopied) {
      Files.delete(run.source()); // from another file system; it would be received again
    }
    if (Files.exists(folder.overrides())) {
      InputFile.removeSettingsBeside(run.source());
    }
  }
}
