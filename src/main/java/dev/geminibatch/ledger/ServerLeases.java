package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Repeats;
import dev.geminibatch.ledger.PassingTime.Moment;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.run.WorkRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
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

  private final Opener opener;
  private final StateFolder state;
  private final MemberIdentity identity;
  private final WorkRecord record;
  private final Work work;
  private final Presence presence;
  private final MemberThreads threads;
  private final Repeats repeats = new Repeats();

  private Ledger ledger;
  private volatile Members members;
  private volatile Fences fences;
  private Heartbeat heartbeat;
  private volatile Registration registration;

  /** Why it takes no more, and ends; null if it does not. */
  private volatile End end;

  /** Whether it is about to be a member again; until it is, there are no heartbeats. */
  private volatile boolean isJoining;

  private volatile boolean isClosed;

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

    /** An Error has ended a thread without which this process is no member. */
    void broken(Error error);
  }

  /**
   * Why a member has to end.
   *
   * @param why for a person, without a full stop
   * @param isFault whether it cannot begin again as it is, and works on nothing any more; otherwise
   *     it finishes what it has
   */
  public record End(String why, boolean isFault) {}

  /**
   * Joins nobody yet.
   *
   * @param record of this process; it is kept in the state folder
   * @param time for how long the others have heard nothing
   */
  public ServerLeases(
      Opener opener,
      StateFolder state,
      MemberIdentity identity,
      WorkRecord record,
      Work work,
      PassingTime time) {
    this.opener = opener;
    this.state = state;
    this.identity = identity;
    this.record = record;
    this.work = work;
    this.presence = new Presence(identity, time);
    this.threads = new MemberThreads(work::broken, this::failed);
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
    registration = new Registration(ledger, state, identity, record, work);
    registration.prepare();
    join();
    threads.beat(identity.beat(), this::tick);
  }

  private void join() {
    Moment before = presence.now();
    registration.begin();
    if (!isClosed) {
      presence.begin(before);
    }
  }

  @Override
  public boolean mayWork() {
    return presence.mayWork() && !fences.areWritesLost();
  }

  @Override
  public boolean isHeard() {
    return presence.isHeard();
  }

  /** One beat, or an attempt to begin again. */
  synchronized void tick() {
    if (isClosed || isJoining) {
      return;
    }
    try {
      Optional<End> tooOld = mustEnd() ? Optional.empty() : heartbeat.tooOld(ledger.place());
      if (tooOld.isPresent()) {
        leave(tooOld.get());
      } else if (presence.isUp()) {
        beatOnce();
      } else if (end != null) {
        registration.noteLoss(); // if it could not be noted before
        work.end(end); // it has nothing any more
      } else if (work.isOver()) {
        isJoining = true;
        threads.aside("This process is no member yet of", this::joinAgain);
      }
    } catch (SQLException | RuntimeException e) {
      heartbeat.close();
      presence.missed();
      failed("No heartbeat reaches", e);
    }
  }

  private boolean mustEnd() {
    return end != null && end.isFault();
  }

  private void failed(String what, Exception e) {
    String why = e instanceof SQLException sql ? PostgresDatabase.words(sql) : e.getMessage();
    LOG.atLevel(repeats.level(Level.WARN, what, String.valueOf(why)))
        .log("{} the ledger {}: {}", what, ledger.place(), why);
  }

  private void joinAgain() {
    try {
      join();
      LOG.info("This process is a member again, and takes what is free");
    } finally {
      isJoining = false;
    }
  }

  private void beatOnce() throws SQLException {
    Moment before = presence.now();
    Optional<Members.State> seen = heartbeat.beat(fences.writes());
    if (seen.isEmpty() || seen.get() == Members.State.GONE || fences.areWritesLost()) {
      lose();
      return;
    }
    presence.beat(before);
    threads.aside("Which members have ended is not known from", registration::findEnded);
    if (seen.get() == Members.State.DRAINING) {
      end(new End("Somebody has asked to drain it", false));
    }
    if (presence.mayJudge(before)) {
      expire();
    }
  }

  private void end(End why) {
    end = why;
    work.end(why);
  }

  private void expire() throws SQLException {
    List<Heartbeat.Gone> gone = heartbeat.expire(fences.member());
    for (Heartbeat.Gone each : gone) {
      LOG.warn(
          "Member {} has been silent for {}; its runs are taken over",
          each.name(),
          Amounts.time(each.silence()));
    }
    if (!gone.isEmpty()) {
      threads.aside("The records of members that are gone do not reach", registration::settle);
    }
  }

  private void lose() {
    giveUp();
    work.giveUp();
    threads.aside("Why others take this one for gone is not known from", registration::explain);
  }

  private void giveUp() {
    presence.end();
    fences.dropAll();
    ledger.forgetWhatLeasesKeep();
  }

  /** At once: what it would write may not be what the tables mean now. */
  private void leave(End why) throws SQLException {
    boolean wasUp = presence.isUp();
    end = why;
    giveUp();
    work.giveUp();
    if (wasUp) {
      heartbeat.leave(fences.member());
    }
    work.end(why);
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
  public boolean acquireNew(String runId) throws IOException {
    registration.requirePlace();
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
    threads.close();
    if (ledger == null) {
      return;
    }
    boolean wasUp = presence.isUp();
    presence.end();
    try {
      if (wasUp) {
        registration.end();
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("The others will notice that this member has ended: {}", e.getMessage());
    }
    heartbeat.close();
  }
}
