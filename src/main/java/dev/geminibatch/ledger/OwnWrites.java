package dev.geminibatch.ledger;

import dev.geminibatch.run.LeaseLost;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member has written, as it remembers it and as the ledger does. If the ledger knows less,
 * it has gone back: somebody has restored an older copy, or a standby has taken over that had not
 * received the end. Then what was paid may not be in it, and nothing is written by this member any
 * more but that the ledger lacks something, for all who share it: see {@link Restoration}.
 *
 * <p>Transactions are numbered, with the lock of the ledger, so those of several threads are in
 * their order. One whose commit had no answer may count or not; the ledger then knows more than is
 * remembered, never less.
 */
final class OwnWrites {
  private static final Logger LOG = LoggerFactory.getLogger("members");

  /** Counts a transaction, unless the member is gone or the ledger has gone back. */
  static final String COUNT =
      "UPDATE member_write SET writes = writes + 1, at = "
          + Members.NOW
          + " FROM member WHERE member_write.member = ? AND writes >= ?"
          + " AND member.id = member_write.member AND member.state <> 'GONE'"
          + " RETURNING writes, (SELECT string_agg(name || minutes, ' ' ORDER BY name) FROM note)";

  private static final String KNOWN =
      "SELECT beat, COALESCE(writes, 0) AS writes, COALESCE(at, since) AS at FROM member"
          + " LEFT JOIN member_write ON member_write.member = id WHERE id = ?";

  /** Before that, no job of a run that is still in progress was created. */
  private static final String OLDEST =
      "SELECT COALESCE((SELECT MIN(created_at) FROM run WHERE state IN "
          + Rows.UNFINISHED
          + "), "
          + Members.NOW
          + ")";

  private final String member;
  private final AtomicLong committed = new AtomicLong();
  private volatile long beat;
  private volatile boolean areLost;
  private volatile boolean isNoted;
  private volatile String notes;

  /**
   * @param member that has written nothing yet
   */
  OwnWrites(String member) {
    this.member = member;
    this.notes = member; // nothing is known of them yet
  }

  /** Whose they are. */
  String member() {
    return member;
  }

  /** Whether the ledger lacks some of them; then this member writes nothing any more. */
  boolean areLost() {
    return areLost;
  }

  /** Stands for what {@link Restoration} has noted, as of the last transaction. */
  String notes() {
    return notes;
  }

  /** The last beat that has certainly arrived. */
  long beat() {
    return beat;
  }

  /** A beat has arrived. */
  void beaten(long at) {
    beat = at;
  }

  /** The ledger does not know the last beat, or not even the member. */
  void lost() {
    areLost = true;
  }

  /** Binds the parameters of {@link #COUNT}. */
  void bind(PreparedStatement statement, int first) throws SQLException {
    statement.setString(first, member);
    statement.setLong(first + 1, areLost ? Long.MAX_VALUE : committed.get());
  }

  /**
   * What {@link #COUNT} has returned.
   *
   * @return the number of the transaction; empty if it is refused
   */
  Optional<Long> number(ResultSet row) throws SQLException {
    if (!row.next()) {
      return Optional.empty();
    }
    notes = row.getString(2);
    return Optional.of(row.getLong(1));
  }

  /** A transaction was committed; others may have been after it. */
  void committed(long number) {
    committed.accumulateAndGet(number, Math::max);
  }

  /**
   * Finds out why a transaction is refused. If the ledger has gone back, that is written down in
   * this transaction, to be committed.
   */
  LeaseLost refused(Handle handle) {
    Optional<Known> known =
        handle
            .select(KNOWN, member)
            .map(row -> new Known(row.getLong("writes"), row.getLong("at"), row.getLong("beat")))
            .findFirst();
    if (!areLost && known.isPresent() && known.get().writes() >= committed.get()) {
      return new LeaseLost("The other members take this one for gone");
    }
    areLost = true;
    if (!isNoted) {
      note(handle, known);
    }
    return new LeaseLost("The ledger has gone back, and lacks what this member has written");
  }

  /** What the ledger knows of a member. */
  private record Known(long writes, long at, long beat) {
    /** What all members have done until then is in the ledger: it goes back in one piece. */
    private long complete() {
      return Math.min(at, beat);
    }
  }

  private static void note(Handle handle, Optional<Known> known) {
    Instant complete =
        Instant.ofEpochMilli(
            known
                .map(Known::complete)
                .orElseGet(() -> handle.createQuery(OLDEST).mapTo(Long.class).one()));
    Instant now =
        Instant.ofEpochMilli(handle.createQuery("SELECT " + Members.NOW).mapTo(Long.class).one());
    Restoration.lost(PostgresDatabase.NOTES, handle, complete, now);
  }

  /** What {@link #refused} has written is committed. */
  void noted(String place) {
    if (areLost && !isNoted) {
      isNoted = true;
      notes = "changed";
      LOG.error(
          "The ledger {} has gone back to an earlier state: it was restored from an older copy, or a"
              + " standby has taken over that had not received everything. What was sent since is"
              + " searched for at the service before anything is sent again. This member gives up"
              + " what it works on, and begins again",
          place);
    }
  }
}
