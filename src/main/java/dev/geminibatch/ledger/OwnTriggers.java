package dev.geminibatch.ledger;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.quartz.JobKey;
import org.quartz.JobPersistenceException;
import org.quartz.Scheduler;
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
    List<TriggerKey> due =
        super.selectTriggerToAcquire(connection, noLaterThan, noEarlierThan, MOST);
    List<TriggerKey> ours = new ArrayList<>();
    for (TriggerKey each : due) {
      if (ours.size() < Math.max(1, most) && isHere.test(ofRoute(connection, each))) {
        ours.add(each);
      }
    }
    return ours;
  }

  /** The trigger of the route: what repeats the tick of a member that died has another name. */
  private TriggerKey ofRoute(Connection connection, TriggerKey due) throws SQLException {
    if (!due.getGroup().equals(Scheduler.DEFAULT_RECOVERY_GROUP)) {
      return due;
    }
    try {
      JobKey job = selectTrigger(connection, due).getJobKey();
      return new TriggerKey(job.getName(), job.getGroup()); // Camel names both alike
    } catch (ClassNotFoundException | IOException | JobPersistenceException e) {
      throw new SQLException(e);
    }
  }

  /** Those that repeat a tick are not among them: they fire however late it is. */
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
