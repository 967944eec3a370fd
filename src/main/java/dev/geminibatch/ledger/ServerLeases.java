package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.Repeats;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.ProcessTrace;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.run.WorkRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Leases in a ledger on a server. The process is one of its members, and says so several times
 * before the others take it for gone. From then on its runs are free, and nothing that it writes is
 * committed any more: see {@link ServerConnections}. It finds that out at the next beat, gives up
 * what it works on, and begins again as a new member.
 */
public final class ServerLeases implements Leases {
  private static final Logger LOG = LoggerFactory.getLogger("members");

  /** Members that are gone are shown for so long. */
  private static final Duration SHOWN = Duration.ofDays(7);

  /** Beats of its own that a member must have got through before it takes another one for gone. */
  private static final int HEARD = 3;

  private final Opener opener;
  private final StateFolder state;
  private final MemberIdentity identity;
  private final WorkRecord record;
  private final Work work;
  private final LongSupplier nanos;
  private final Repeats repeats = new Repeats();
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "heartbeat");
            thread.setDaemon(true);
            return thread;
          });

  private Ledger ledger;
  private volatile Members members;
  private volatile Fences fences;
  private Heartbeat heartbeat;

  /** Until when the others certainly take this process for alive. */
  private volatile long sureUntil;

  private volatile boolean isUp;

  /** Why it takes no more, works on what it has, and ends then; null if it does not. */
  private volatile End end;

  private long heardSince;
  private boolean isClosed;

  /** Opens the ledger. */
  @FunctionalInterface
  public interface Opener {
    Ledger open() throws IOException;
  }

  /** What this process works on, as far as leases are concerned. */
  public interface Work {
    /** Whether it is that of a daemon; a command ends soon. */
    boolean isDaemon();

    /** An Error has ended a process in the midst of it. */
    void ended(WorkRecord.Ended ended);

    /** All of it is given up. */
    void giveUp();

    /** Whether nothing is worked on any more, also of what was given up. */
    boolean isOver();

    /** This process has to end; said at each beat until it has. */
    void end(End end);
  }

  /**
   * Why a member has to end.
   *
   * @param why for a person, without a full stop
   * @param isFault whether it cannot begin again as it is
   */
  public record End(String why, boolean isFault) {}

  /**
   * Joins nobody yet.
   *
   * @param record of this process; it is kept in the state folder
   * @param nanos a clock that nobody sets, and that continues while the process is stopped
   */
  public ServerLeases(
      Opener opener,
      StateFolder state,
      MemberIdentity identity,
      WorkRecord record,
      Work work,
      LongSupplier nanos) {
    this.opener = opener;
    this.state = state;
    this.identity = identity;
    this.record = record;
    this.work = work;
    this.nanos = nanos;
  }

  @Override
  public synchronized void open() throws IOException {
    if (isClosed) {
      throw new IOException("This process is about to end");
    }
    if (ledger != null) {
      return;
    }
    ledger = opener.open();
    members = ledger.members();
    fences = ledger.fences();
    heartbeat = ledger.heartbeat(identity.beat());
    members.alive().stream()
        .filter(member -> ProcessTrace.isOver(member.process()))
        .forEach(member -> members.gone(member.id()));
    members.forget(SHOWN);
    PrivateFiles.createFolder(state.workers());
    learn();
    join();
    long millis = identity.beat().toMillis();
    beats.scheduleWithFixedDelay(this::tick, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** What processes that are gone have said before an Error ended them. */
  private void learn() throws IOException {
    WorkRecord.takeAll(
        state.workers(),
        members.alive().stream().map(Members.Trace::id).collect(Collectors.toSet()),
        work::ended);
  }

  private void join() throws IOException {
    long before = nanos.getAsLong();
    String id = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());
    record.open(state.workers().resolve(id));
    members.begin(
        new Fences.Membership(id, ledger.mark()),
        new Members.Self(
            identity.name(), identity.version(), work.isDaemon(), ProcessTrace.here()));
    heardSince = before;
    isUp = true;
    sure(before);
    LOG.debug("This is member {} ({})", id, identity.name());
  }

  /** A quarter of the silence is left for what is about to be done. */
  private void sure(long beaten) {
    sureUntil = beaten + identity.silence().toNanos() * 3 / 4;
  }

  @Override
  public boolean mayWork() {
    return isUp && nanos.getAsLong() - sureUntil < 0;
  }

  @Override
  public boolean isHeard() {
    return isUp && nanos.getAsLong() - sureUntil < -identity.silence().toNanos() / 4;
  }

  /** One beat, or an attempt to begin again. */
  synchronized void tick() {
    if (isClosed) {
      return;
    }
    try {
      if (isUp) {
        beatOnce();
      } else if (end != null) {
        work.end(end); // it has nothing any more
      } else if (work.isOver()) {
        join();
        LOG.info("This process is a member again, and takes what is free");
      }
    } catch (SQLException | IOException | RuntimeException e) {
      heartbeat.close();
      heardSince = nanos.getAsLong();
      LOG.atLevel(repeats.level(Level.WARN, "beat", String.valueOf(e.getMessage())))
          .log("No heartbeat reaches the ledger {}: {}", ledger.place(), e.getMessage());
    }
  }

  private void beatOnce() throws SQLException, IOException {
    long before = nanos.getAsLong();
    if (before - sureUntil > 0) {
      heardSince = before; // it was stopped, and the server may have been, too
    }
    Optional<Members.State> seen = heartbeat.beat(fences.member());
    if (seen.isEmpty() || seen.get() == Members.State.GONE) {
      lose();
      return;
    }
    sure(before);
    if (seen.get() == Members.State.DRAINING) {
      end(new End("Somebody has asked to drain it", false));
    }
    if (before - heardSince >= HEARD * identity.beat().toNanos()) {
      expire();
    }
    heartbeat.tooOld(ledger.place()).ifPresent(this::end);
  }

  private void end(End why) {
    end = why;
    work.end(why);
  }

  private void expire() throws SQLException, IOException {
    List<String> gone = heartbeat.expire(fences.member(), identity.silence());
    for (String name : gone) {
      LOG.warn(
          "Member {} has been silent for {}; its runs are taken over",
          name,
          Amounts.time(identity.silence()));
    }
    if (!gone.isEmpty()) {
      learn();
    }
  }

  private void lose() {
    isUp = false;
    fences.dropAll();
    ledger.forgetWhatLeasesKeep();
    LOG.warn(
        "This process was silent for too long, and others may have taken over its runs; it gives up"
            + " what it works on, and begins again");
    work.giveUp();
  }

  @Override
  public boolean isOurs(String runId) {
    return mayWork() && fences.isHeld(runId);
  }

  @Override
  public boolean areShared() {
    return true;
  }

  @Override
  public boolean mayBegin() {
    return mayWork() && end == null;
  }

  @Override
  public boolean acquire(String runId) {
    if (isOurs(runId)) {
      return true;
    }
    if (!mayBegin()) {
      return false;
    }
    return members.claim(runId).filter(got -> hold(runId, got)).isPresent();
  }

  @Override
  public boolean acquireNew(String runId) {
    return mayBegin() && fences.hold(runId, Fences.FIRST, fences.membership());
  }

  private boolean hold(String runId, Members.Claim claim) {
    boolean isHeld = fences.hold(runId, claim.fence(), claim.by());
    if (isHeld) {
      claim.from().ifPresent(from -> LOG.info("Run {}: taken over from member {}", runId, from));
    }
    return isHeld;
  }

  @Override
  public boolean isFree(String runId) {
    return members().isFree(runId);
  }

  private synchronized Members members() {
    try {
      return members == null ? opener.open().members() : members;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void release(String runId) {
    if (fences != null && fences.drop(runId)) {
      members.free(runId);
      try {
        state.run(runId).removeIfEmpty();
      } catch (IOException e) {
        // It is empty, and in nobody's way.
      }
    }
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    beats.shutdownNow();
    if (ledger == null) {
      return;
    }
    boolean wasUp = isUp;
    isUp = false;
    try {
      if (wasUp) {
        members.leave();
        record.close();
        Files.deleteIfExists(state.workers().resolve(fences.member()));
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("The others will notice that this member has ended: {}", e.getMessage());
    }
    heartbeat.close();
  }
}
