package dev.geminibatch.ledger;

import dev.geminibatch.run.LeaseLost;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The runs that this process holds in a ledger that it shares, each with its fence: a number that
 * grows whenever the run gets another owner. Whoever has lost a run has an older one, and its
 * writes are refused, however late they come.
 *
 * <p>As long as the process is no member, nothing is refused: it is a command that works on no run,
 * or the only one that has the ledger.
 */
final class Fences {
  /** Whether a run is somebody's who is alive. */
  static final String IS_TAKEN =
      "EXISTS (SELECT 1 FROM member WHERE member.id = run.owner AND member.state <> 'GONE')";

  /** Of a run that has just been made. */
  static final long FIRST = 1;

  /** No run ever has it. */
  static final long NOBODYS = -1;

  private final Map<String, Long> held = new ConcurrentHashMap<>();
  private volatile Membership membership;
  private volatile OwnWrites writes;

  /**
   * What this process is to the others.
   *
   * @param id of the member
   * @param mark of its state folder
   */
  record Membership(String id, String mark) {}

  /** From now on it is this member, which holds no run yet; null if it is none any more. */
  synchronized void become(Membership member) {
    held.clear();
    membership = member;
    writes = member == null ? null : new OwnWrites(member.id());
  }

  /** Who it is; null if it is no member. */
  Membership membership() {
    return membership;
  }

  /** The id of the member; null if it is none. */
  String member() {
    Membership present = membership;
    return present == null ? null : present.id();
  }

  /** What this member has written; null if it is none. */
  OwnWrites writes() {
    return writes;
  }

  /** Whether the ledger lacks some of that. */
  boolean areWritesLost() {
    OwnWrites present = writes;
    return present != null && present.areLost();
  }

  /**
   * A run is held now.
   *
   * @param holder the member that has got it
   * @return false if this process is not that member any more
   */
  synchronized boolean hold(String runId, long fence, Membership holder) {
    boolean isHolder = holder.equals(membership);
    if (isHolder) {
      held.put(runId, fence);
    }
    return isHolder;
  }

  boolean isHeld(String runId) {
    return held.containsKey(runId);
  }

  /** The fence of a run; 0 if it is not held. */
  long of(String runId) {
    return held.getOrDefault(runId, 0L);
  }

  /** This member if it holds a run, else null. */
  String ownerOf(String runId) {
    return isHeld(runId) ? member() : null;
  }

  /** Of the state folder of this member; null if it is none. */
  String mark() {
    Membership present = membership;
    return present == null ? null : present.mark();
  }

  /** The parameters of {@link Rows#OURS_OR_FREE}. */
  <S extends BoundStatement<S>> S bind(S statement) {
    return statement.bind("me", member()).bind("mark", mark());
  }

  /** Whether it was held. */
  boolean drop(String runId) {
    return held.remove(runId) != null;
  }

  /** None is held any more; whoever works on one is refused. */
  void dropAll() {
    held.clear();
  }

  /**
   * Makes sure, in the transaction that is about to change a run or its jobs, that it may.
   *
   * @throws LeaseLost if another member has the run
   */
  void require(Handle handle, String runId) {
    String me = member();
    if (me == null) {
      return;
    }
    Long fence = held.get(runId);
    boolean mayWrite =
        handle
            .createQuery(
                "SELECT owner, fence, CASE WHEN "
                    + IS_TAKEN
                    + " THEN 1 ELSE 0 END AS taken FROM run WHERE id = :id")
            .bind("id", runId)
            .map(
                row ->
                    fence == null
                        ? row.getInt("taken") == 0
                        : row.getLong("fence") == fence.longValue()
                            && me.equals(row.getString("owner")))
            .findFirst()
            .orElse(true);
    if (!mayWrite) {
      held.remove(runId);
      throw new LeaseLost("Run " + runId + " belongs to another member now");
    }
  }
}
