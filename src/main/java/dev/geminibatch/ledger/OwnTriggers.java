package dev.geminibatch.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.quartz.TriggerKey;
import org.quartz.impl.jdbcjobstore.PostgreSQLDelegate;

/**
 * Lets a member see which triggers are due, but for those whose routes it does not have. Fired
 * there, a tick would be lost.
 */
final class OwnTriggers extends PostgreSQLDelegate {
  /** So many that are due at once are looked through; one is wanted. */
  private static final int MOST = 1000;

  private static final int ALL = -1;

  private final Predicate<TriggerKey> isHere;

  OwnTriggers(Predicate<TriggerKey> isHere) {
    this.isHere = isHere;
  }

  @Override
  public List<TriggerKey> selectTriggerToAcquire(
      Connection connection, long noLaterThan, long noEarlierThan, int most) throws SQLException {
    return super.selectTriggerToAcquire(connection, noLaterThan, noEarlierThan, MOST).stream()
        .filter(isHere)
        .limit(Math.max(1, most))
        .toList();
  }

  @Override
  public boolean hasMisfiredTriggersInState(
      Connection connection, String state, long before, int most, List<TriggerKey> found)
      throws SQLException {
    List<TriggerKey> ours = misfired(connection, state, before);
    boolean areMore = most != ALL && ours.size() > most;
    found.addAll(areMore ? ours.subList(0, most) : ours);
    return areMore;
  }

  @Override
  public int countMisfiredTriggersInState(Connection connection, String state, long before)
      throws SQLException {
    return misfired(connection, state, before).size();
  }

  private List<TriggerKey> misfired(Connection connection, String state, long before)
      throws SQLException {
    List<TriggerKey> all = new ArrayList<>();
    super.hasMisfiredTriggersInState(connection, state, before, ALL, all);
    return all.stream().filter(isHere).toList();
  }
}
