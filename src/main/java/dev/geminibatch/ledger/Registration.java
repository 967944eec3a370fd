package dev.geminibatch.ledger;

import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.run.ProcessTrace;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.run.WorkRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enters a process among the members of a ledger, and strikes it out. Each member has a record of
 * its work in the state folder, with its id as the name.
 */
final class Registration {
  private static final Logger LOG = LoggerFactory.getLogger("members");

  /** Members that are gone are shown for so long. */
  private static final Duration SHOWN = Duration.ofDays(7);

  private final Ledger ledger;
  private final Members members;
  private final StateFolder state;
  private final Path records;
  private final MemberIdentity identity;
  private final WorkRecord record;
  private final ServerLeases.Work work;

  Registration(
      Ledger ledger,
      StateFolder state,
      MemberIdentity identity,
      WorkRecord record,
      ServerLeases.Work work) {
    this.ledger = ledger;
    this.members = ledger.members();
    this.state = state;
    this.records = state.workers();
    this.identity = identity;
    this.record = record;
    this.work = work;
  }

  /** Before the process is a member: finds those that have certainly ended. */
  void prepare() throws IOException {
    findEnded();
    PrivateFiles.createFolder(records);
    settle();
  }

  /**
   * Takes what members that are gone have left: what they have said before an Error ended them, and
   * long after that their names.
   */
  void settle() throws IOException {
    WorkRecord.takeAll(
        records,
        () -> members.alive().stream().map(Members.Trace::id).collect(Collectors.toSet()),
        work::ended);
    members.forget(SHOWN);
  }

  /**
   * Makes sure that the state folder is the one that the process began with: the place of a file
   * system that was mounted may have been used as one, too.
   */
  void requirePlace() throws IOException {
    if (!LedgerTie.markOf(state).equals(Optional.of(ledger.mark()))) {
      throw new IOException(
          state.path()
              + " is not the state folder that this process began with. If it is on a file system"
              + " of its own, see that it is mounted; else start this program again.");
    }
  }

  /** The process is a new member, which holds no run yet. */
  void begin() {
    String id = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());
    // First of all: whoever finds the record of somebody who is no member takes it away.
    members.begin(
        new Fences.Membership(id, ledger.mark()),
        new Members.Self(
            identity.name(),
            identity.version(),
            work.isDaemon(),
            ProcessTrace.here(),
            identity.silence()));
    try {
      record.open(records.resolve(id));
    } catch (IOException e) {
      record.close();
      LOG.warn("What this process works on cannot be written to {}: {}", records, e.toString());
    }
    if (work.isDaemon()) {
      greet(id);
    }
  }

  private void greet(String me) {
    List<String> others =
        members.list().stream()
            .filter(each -> each.isDaemon() && each.state() != Members.State.GONE)
            .filter(each -> !each.id().equals(me))
            .map(Members.Member::name)
            .sorted()
            .toList();
    LOG.info(
        "This is member {} of the ledger {}{}",
        identity.name(),
        ledger.place(),
        others.isEmpty() ? ", the only one that is up" : "; also up: " + String.join(", ", others));
    if (others.contains(identity.name())) {
      LOG.warn(
          "Another member is named {}, too. If it has not just ended, give each a member.name of its"
              + " own: --drain and metrics take them for one",
          identity.name());
    }
  }

  /** Of this machine; one may end at the very moment when the next one begins. */
  void findEnded() {
    members.alive().stream()
        .filter(member -> ProcessTrace.isOver(member.process()))
        .forEach(
            member -> {
              members.gone(member.id());
              LOG.warn(
                  "Member {} has ended without a word; its runs are taken over", member.name());
            });
  }

  /** Says why the process is no member any more. */
  void explain() {
    if (!noteLoss()) {
      LOG.warn(
          "This process was silent for too long, and others may have taken over its runs; it gives"
              + " up what it works on, and begins again");
    }
  }

  /**
   * Whether the ledger has gone back. If that cannot be noted now, it is before the process is a
   * member again.
   */
  boolean noteLoss() {
    try {
      return members.isLedgerBack();
    } catch (RuntimeException e) {
      LOG.warn("It is not known whether {} lacks something: {}", ledger.place(), e.getMessage());
      return false;
    }
  }

  /** The process ends; its runs are free. */
  void end() throws IOException {
    members.leave();
    record.close();
    Files.deleteIfExists(records.resolve(ledger.fences().member()));
  }
}
