package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.LruMap;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.quartz.JobPersistenceException;
import org.quartz.ObjectAlreadyExistsException;
import org.quartz.TriggerKey;
import org.quartz.impl.jdbcjobstore.DriverDelegate;
import org.quartz.impl.jdbcjobstore.JobStoreTX;
import org.quartz.impl.jdbcjobstore.NoSuchDelegateException;
import org.quartz.impl.jdbcjobstore.SchedulerStateRecord;
import org.quartz.spi.OperableTrigger;
import org.quartz.spi.TriggerFiredBundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * Where Quartz keeps the triggers that the members of a ledger share: each fires at one of those
 * that have its route, and at another one when that member is gone.
 */
public final class TickStore extends JobStoreTX {
  private static final Logger LOG = LoggerFactory.getLogger("ticks");

  /** Whose triggers they are: those of all members. It stands in the migration, too. */
  private static final String CLUSTER = "gemini-batch";

  private static final Duration CHECK_IN = Duration.ofSeconds(5);

  /** A trigger that is later than that fires once, and not once for each time it has missed. */
  private static final Duration LATE = Duration.ofSeconds(5);

  /** So often another member has the same mark before it counts as gone. */
  private static final int LOOKS = 4;

  private static final int MOST_REMEMBERED = 1000;

  private final DataSource pool;
  private final DriverDelegate triggers;
  private final Map<String, Seen> members = new LruMap<>(MOST_REMEMBERED);
  private boolean isReady;
  private volatile boolean isInTrouble;
  private volatile boolean isOver;

  /**
   * @param isHere whether this member has the route of a trigger, by the trigger that the route
   *     itself has made; what it has not is left to others
   */
  TickStore(DataSource pool, Predicate<TriggerKey> isHere) {
    this.pool = pool;
    this.triggers = new OwnTriggers(isHere);
    setDataSource(CLUSTER); // it asks for a name, which is not used
    setTablePrefix("qrtz_");
    setIsClustered(true);
    setClusterCheckinInterval(CHECK_IN.toMillis());
    setDbRetryInterval(CHECK_IN.toMillis());
    setMisfireThreshold(LATE.toMillis());
    setAcquireTriggersWithinLock(true); // or it might take one that has just fired elsewhere
    setUseProperties("true"); // text, which every version can read
    setMakeThreadsDaemons(true);
  }

  /** The mark of another member when it was seen, and how often it has been the same since. */
  private record Seen(long mark, int looks) {}

  /** Schedulers of one process need names of their own; their triggers are the same. */
  @Override
  public void setInstanceName(String name) {
    super.setInstanceName(CLUSTER);
  }

  @Override
  protected synchronized DriverDelegate getDelegate() throws NoSuchDelegateException {
    if (!isReady) {
      triggers.initialize(
          getLog(), getTablePrefix(), CLUSTER, getInstanceId(), getClassLoadHelper(), true, null);
      isReady = true;
    }
    return triggers;
  }

  @Override
  protected Connection getConnection() throws JobPersistenceException {
    try {
      Connection connection = ServerConnections.connect(pool);
      try {
        connection.setAutoCommit(false); // the pool sets it back
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
      return connection;
    } catch (SQLException e) {
      throw new JobPersistenceException(e.getMessage(), e);
    }
  }

  /**
   * Clocks of machines differ, so a member counts as gone when its mark has not changed for some
   * looks, whatever time it says. While nobody can look, nobody is gone.
   */
  @Override
  protected long calcFailedIfAfter(SchedulerStateRecord member) {
    String id = member.getSchedulerInstanceId();
    long mark = member.getCheckinTimestamp();
    Seen before = members.get(id);
    Seen seen = new Seen(mark, before != null && before.mark() == mark ? before.looks() + 1 : 0);
    members.put(id, seen);
    return seen.looks() < LOOKS ? Long.MAX_VALUE : 0;
  }

  /** Whoever was frozen meanwhile finds that others have taken what it had. */
  @Override
  protected TriggerFiredBundle triggerFired(Connection connection, OperableTrigger trigger)
      throws JobPersistenceException {
    return isOurs(connection, trigger) ? super.triggerFired(connection, trigger) : null;
  }

  @Override
  protected void releaseAcquiredTrigger(Connection connection, OperableTrigger trigger)
      throws JobPersistenceException {
    if (isOurs(connection, trigger)) {
      super.releaseAcquiredTrigger(connection, trigger);
    }
  }

  private boolean isOurs(Connection connection, OperableTrigger trigger)
      throws JobPersistenceException {
    try {
      return triggers.selectInstancesFiredTriggerRecords(connection, getInstanceId()).stream()
          .anyMatch(each -> each.getFireInstanceId().equals(trigger.getFireInstanceId()));
    } catch (SQLException e) {
      throw new JobPersistenceException(e.getMessage(), e);
    }
  }

  @Override
  public List<OperableTrigger> acquireNextTriggers(long noLaterThan, int most, long window)
      throws JobPersistenceException {
    List<OperableTrigger> next = super.acquireNextTriggers(noLaterThan, most, window);
    if (isInTrouble) {
      isInTrouble = false;
      LOG.info("The quartz routes of the members fire again");
    }
    return next;
  }

  @Override
  protected <T> T executeInNonManagedTXLock(
      String lock, TransactionCallback<T> work, TransactionValidator<T> validator)
      throws JobPersistenceException {
    try {
      return super.executeInNonManagedTXLock(lock, work, validator);
    } catch (ObjectAlreadyExistsException e) {
      throw e; // another member was first
    } catch (JobPersistenceException e) {
      report(e);
      throw e;
    }
  }

  @Override
  protected boolean doCheckin() throws JobPersistenceException {
    try {
      return super.doCheckin();
    } catch (JobPersistenceException e) {
      report(e);
      throw e;
    }
  }

  @Override
  protected RecoverMisfiredJobsResult doRecoverMisfires() throws JobPersistenceException {
    try {
      return super.doRecoverMisfires();
    } catch (JobPersistenceException e) {
      report(e);
      throw e;
    }
  }

  /** Once, until it works again. */
  private void report(JobPersistenceException problem) {
    if (!isInTrouble && !isOver) {
      isInTrouble = true;
      LOG.warn(
          "The quartz routes of the members wait until their triggers can be read again: {}",
          words(problem));
    }
  }

  private static String words(JobPersistenceException problem) {
    for (Throwable each = problem; each != null; each = each.getCause()) {
      if (each instanceof SQLException driver) {
        return PostgresDatabase.words(driver);
      }
    }
    return Amounts.clause(Amounts.firstLine(String.valueOf(problem.getMessage())));
  }

  /** It would repeat with traces what {@link #report} says once. */
  @Override
  protected Logger getLog() {
    return NOPLogger.NOP_LOGGER;
  }

  @Override
  public void shutdown() {
    isOver = true;
    super.shutdown();
  }
}
