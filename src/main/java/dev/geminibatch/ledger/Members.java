package dev.geminibatch.ledger;

import dev.geminibatch.ledger.Fences.Membership;
import dev.geminibatch.run.LeaseLost;
import dev.geminibatch.run.ProcessTrace;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The processes that share a ledger on a server, and which of them has a run. In a ledger of a
 * state folder there are none.
 */
public final class Members {
  /** The time of the server, in milliseconds since 1970. */
  static final String NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

  private static final String FREE = "(owner IS NULL OR NOT " + Fences.IS_TAKEN + ")";

  private final Access writing;
  private final Access reading;
  private final Fences fences;

  Members(LedgerDatabase database, Fences fences) {
    this.writing = database.durable();
    this.reading = database.reading();
    this.fences = fences;
  }

  /** Sets a clock to that of the server. */
  void set(ServerClock clock) {
    writing.useHandle(
        handle -> {
          long before = clock.machineMillis(); // and not before there was a connection
          clock.set(handle.createQuery("SELECT " + NOW).mapTo(Long.class).one(), before);
        });
  }

  /** What a member is at. */
  public enum State {
    /** It works. */
    UP,
    /** It takes nothing more, and hands over what it has. */
    DRAINING,
    /** It has ended, or was silent for too long: its runs are free. */
    GONE
  }

  /**
   * A member, as a person sees it.
   *
   * @param name as set, for a person
   * @param isDaemon else a command, which ends soon
   * @param isHere whether it is this process
   * @param isOnThisMachine whether it certainly runs on this machine
   * @param beat its last heartbeat
   * @param runs that it has and that are not finished
   */
  public record Member(
      String id,
      String name,
      String version,
      boolean isDaemon,
      boolean isHere,
      boolean isOnThisMachine,
      Instant since,
      Instant beat,
      State state,
      long runs) {}

  /** All members, those that are gone last. */
  public List<Member> list() {
    return reading.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT member.*, (SELECT COUNT(*) FROM run WHERE run.owner = member.id"
                        + " AND run.state IN "
                        + Rows.UNFINISHED
                        + ") AS runs FROM member"
                        + " ORDER BY CASE state WHEN 'GONE' THEN 1 ELSE 0 END, name, since")
                .map(row -> member(row, fences.member()))
                .list());
  }

  private static Member member(Row row, String here) throws SQLException {
    return new Member(
        row.getString("id"),
        row.getString("name"),
        row.getString("version"),
        row.getInt("daemon") != 0,
        row.getString("id").equals(here),
        ProcessTrace.isOfThisMachine(row.getString("process")),
        Instant.ofEpochMilli(row.getLong("since")),
        Instant.ofEpochMilli(row.getLong("beat")),
        State.valueOf(row.getString("state")),
        row.getLong("runs"));
  }

  /** Whether any daemon works. */
  public boolean isDaemonUp() {
    return reading.withHandle(
        handle ->
            handle
                    .createQuery("SELECT COUNT(*) FROM member WHERE daemon = 1 AND state <> 'GONE'")
                    .mapTo(Long.class)
                    .one()
                > 0);
  }

  /**
   * What a process says of itself.
   *
   * @param process where it runs, if it can be asked from here later: see {@link ProcessTrace}
   * @param silence after so long without a heartbeat it is gone
   */
  record Self(String name, String version, boolean isDaemon, String process, Duration silence) {}

  /**
   * Whether this process is no member any more because the ledger has gone back, and lacks what it
   * has written. Then that is noted, before it is a member again.
   */
  boolean isLedgerBack() {
    try {
      writing.useTransaction(handle -> {});
    } catch (LeaseLost e) {
      return fences.areWritesLost();
    }
    return false;
  }

  /** A new member begins; the one that this process was before has given up all its work. */
  void begin(Membership member, Self self) {
    String before = fences.member();
    if (before != null) {
      isLedgerBack(); // if it could not be noted before
      writing.useHandle(
          handle -> handle.execute("UPDATE member SET state = 'GONE' WHERE id = ?", before));
    }
    writing.useHandle(
        handle ->
            handle.execute(
                "WITH me AS (INSERT INTO member (id, name, version, tables, mark, daemon, process, since, beat,"
                    + " state, silence) VALUES (?, ?, ?, ?, ?, ?, ?, "
                    + NOW
                    + ", "
                    + NOW
                    + ", 'UP', ?) RETURNING id, since)"
                    + " INSERT INTO member_write (member, writes, at) SELECT id, 0, since FROM me",
                member.id(),
                self.name(),
                self.version(),
                // For a person who asks the database after an upgrade; nobody here reads it.
                Integer.valueOf(LedgerDatabase.NEWEST),
                member.mark(),
                self.isDaemon() ? 1 : 0,
                self.process(),
                self.silence().toMillis()));
    fences.become(member);
  }

  /** What a member that was found dead is known by. */
  record Trace(String id, String name, String process) {}

  /** The members that are taken for alive. */
  List<Trace> alive() {
    return writing.withHandle(
        handle ->
            handle
                .createQuery("SELECT id, name, process FROM member WHERE state <> 'GONE'")
                .map(
                    row ->
                        new Trace(
                            row.getString("id"), row.getString("name"), row.getString("process")))
                .list());
  }

  /**
   * Asks a member to hand over what it has, and to end.
   *
   * @return whether it was up, and not asked before
   */
  public boolean drain(String id) {
    return writing.inTransaction(
            handle ->
                handle.execute(
                    "UPDATE member SET state = 'DRAINING' WHERE id = ? AND state = 'UP'", id))
        > 0;
  }

  /** A member has certainly ended. */
  void gone(String id) {
    writing.useTransaction(
        handle -> handle.execute("UPDATE member SET state = 'GONE' WHERE id = ?", id));
  }

  /** This member ends; its runs are free. A command that has ended is forgotten. */
  void leave() {
    Membership me = fences.membership();
    if (me != null) {
      writing.useTransaction(
          handle -> {
            handle.execute("UPDATE run SET owner = NULL WHERE owner = ?", me.id());
            handle.execute("UPDATE member SET state = 'GONE' WHERE id = ?", me.id());
            handle.execute("DELETE FROM member WHERE id = ? AND daemon = 0", me.id());
          });
    }
  }

  /**
   * A run that this member has got.
   *
   * @param by what this process was then
   * @param from the name of the member that had it and is gone, if there was one
   */
  record Claim(long fence, Membership by, Optional<String> from) {}

  private record Owner(String id, String name) {}

  private static Optional<Owner> owner(Row row) throws SQLException {
    String id = row.getString("owner");
    String name = row.getString("name");
    return Optional.ofNullable(id).map(owner -> new Owner(owner, name == null ? owner : name));
  }

  /**
   * Makes a run ours, unless somebody who is alive has it, or its files cannot be read here. One
   * that the ledger does not know is about to be added.
   */
  Optional<Claim> claim(String runId) {
    Membership me = fences.membership();
    if (me == null) {
      return Optional.empty();
    }
    return writing.inTransaction(
        handle -> {
          Optional<Optional<Owner>> before =
              handle
                  .createQuery(
                      "SELECT owner, (SELECT name FROM member WHERE member.id = owner) AS name"
                          + " FROM run WHERE id = :id FOR UPDATE SKIP LOCKED")
                  .bind("id", runId)
                  .map(Members::owner)
                  .findFirst();
          if (before.isEmpty()) {
            return isKnown(handle, runId)
                ? Optional.empty()
                : Optional.of(new Claim(Fences.FIRST, me, Optional.empty()));
          }
          Optional<String> from =
              before.get().filter(owner -> !owner.id().equals(me.id())).map(Owner::name);
          return handle
              .createQuery(
                  "UPDATE run SET owner = :me, fence = fence + 1, mark = :mark WHERE id = :id"
                      + " AND (mark IS NULL OR mark = :mark) AND (owner = :me OR "
                      + FREE
                      + ") RETURNING fence")
              .bind("me", me.id())
              .bind("mark", me.mark())
              .bind("id", runId)
              .mapTo(Long.class)
              .findFirst()
              .map(fence -> new Claim(fence, me, from));
        });
  }

  private static boolean isKnown(Handle handle, String runId) {
    return handle
        .createQuery("SELECT id FROM run WHERE id = :id")
        .bind("id", runId)
        .mapTo(String.class)
        .findFirst()
        .isPresent();
  }

  /** Whether nobody has a run. */
  boolean isFree(String runId) {
    return writing.withHandle(
        handle ->
            handle
                .createQuery("SELECT id FROM run WHERE id = :id AND NOT " + FREE)
                .bind("id", runId)
                .mapTo(String.class)
                .findFirst()
                .isEmpty());
  }

  /** A run is nobody's. */
  void free(String runId) {
    writing.withHandle(
        handle ->
            handle.execute(
                "UPDATE run SET owner = NULL WHERE id = ? AND owner = ?", runId, fences.member()));
  }

  /** Forgets those that have been gone for long. */
  void forget(Duration after) {
    writing.useTransaction(
        handle ->
            handle.execute(
                "DELETE FROM member WHERE state = 'GONE' AND beat < " + NOW + " - ?",
                after.toMillis()));
  }
}
