package dev.geminibatch.camel;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.TickStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.component.quartz.CamelJob;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.component.quartz.QuartzEndpoint;
import org.apache.camel.main.Main;
import org.quartz.Job;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SchedulerFactory;
import org.quartz.TriggerKey;
import org.quartz.impl.DefaultThreadExecutor;
import org.quartz.impl.DirectSchedulerFactory;
import org.quartz.impl.StdSchedulerFactory;
import org.quartz.simpl.SimpleThreadPool;

/**
 * Camel's component {@code quartz} in a daemon that shares its ledger: a trigger fires at one of
 * the members. But each member polls for its own runs, by a clock of its own, and each state folder
 * is cleaned by one of the members that have it.
 */
final class SharedQuartz extends QuartzComponent {
  private static final String NAME = "quartz";
  private static final String OWN = "quartz-own";

  /** Whose ticks every member needs. Also routes of earlier versions have it. */
  private static final Set<String> IN_EACH = Set.of("poll");

  /** What is to be done where certain files are. */
  private static final Set<String> IN_EACH_STATE_FOLDER = Set.of("clean");

  /** Camel's own has the name of a Camel in it, which need not be the same everywhere. */
  private static final String GROUP = "Camel";

  private static final int THREADS = 10;

  /** How long before it fires a trigger is taken at most. */
  private static final long AHEAD_MILLIS = 10_000;

  private final Function<Predicate<TriggerKey>, TickStore> stores;
  private final String stateFolder;
  private final String member = UUID.randomUUID().toString();

  /**
   * @param stores makes where triggers are kept, for those whose routes are here
   * @param stateFolder the mark of that of this member
   */
  private SharedQuartz(Function<Predicate<TriggerKey>, TickStore> stores, String stateFolder) {
    this.stores = stores;
    this.stateFolder = stateFolder;
    setEnableJmx(false);
    setInterruptJobsOnShutdown(true);
  }

  /**
   * Lets the routes of a Camel that is not started yet have their ticks from a ledger, if members
   * share it.
   *
   * @return after which no trigger fires here any more: others take those that were about to
   */
  static Optional<Runnable> use(Main main, Ledger ledger) {
    return ledger.ticks().map(stores -> use(main, new SharedQuartz(stores, ledger.mark())));
  }

  private static Runnable use(Main main, SharedQuartz quartz) {
    main.bind(NAME, quartz);
    main.bind(OWN, new Own(quartz.member));
    return quartz::pause;
  }

  private void pause() {
    Scheduler scheduler = getScheduler();
    if (scheduler != null) {
      try {
        scheduler.standby();
      } catch (SchedulerException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The ticks of this member alone, in memory. */
  private static final class Own extends QuartzComponent {
    Own(String member) {
      Properties properties = new Properties();
      properties.put(StdSchedulerFactory.PROP_SCHED_INSTANCE_NAME, "own-" + member);
      properties.put("org.quartz.threadPool.threadCount", Integer.toString(IN_EACH.size()));
      setProperties(properties);
      setPrefixInstanceName(false);
      setEnableJmx(false);
      setInterruptJobsOnShutdown(true);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
        throws Exception {
      return super.createEndpoint(uri, remaining, parameters);
    }
  }

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    if (IN_EACH.contains(remaining)) {
      return getCamelContext()
          .getComponent(OWN, Own.class)
          .createEndpoint(uri, remaining, parameters);
    }
    QuartzEndpoint endpoint = (QuartzEndpoint) super.createEndpoint(uri, remaining, parameters);
    if (!remaining.contains("/")) {
      String folder = IN_EACH_STATE_FOLDER.contains(remaining) ? "-" + stateFolder : "";
      endpoint.setTriggerKey(new TriggerKey(endpoint.getTriggerName() + folder, GROUP));
    }
    return endpoint;
  }

  @Override
  public SchedulerFactory getSchedulerFactory() {
    return new Schedulers();
  }

  private final class Schedulers implements SchedulerFactory {
    @Override
    public Scheduler getScheduler() throws SchedulerException {
      SimpleThreadPool threads = new SimpleThreadPool(THREADS, Thread.NORM_PRIORITY);
      threads.setMakeThreadsDaemons(true);
      DirectSchedulerFactory schedulers = DirectSchedulerFactory.getInstance();
      schedulers.createScheduler(
          member,
          member,
          threads,
          new DefaultThreadExecutor(),
          stores.apply(SharedQuartz.this::isHere),
          null,
          null,
          0,
          AHEAD_MILLIS,
          -1,
          false,
          null,
          1,
          0,
          true);
      Scheduler scheduler = schedulers.getScheduler(member);
      scheduler.setJobFactory((bundle, any) -> job());
      return scheduler;
    }

    @Override
    public Scheduler getScheduler(String name) throws SchedulerException {
      return DirectSchedulerFactory.getInstance().getScheduler(name);
    }

    @Override
    public Collection<Scheduler> getAllSchedulers() {
      return List.of();
    }
  }

  /** For a trigger that another member may have written down, whose Camel may have another name. */
  private Job job() {
    return new CamelJob() {
      @Override
      protected CamelContext getCamelContext(JobExecutionContext context) {
        return SharedQuartz.this.getCamelContext();
      }
    };
  }

  private boolean isHere(TriggerKey trigger) {
    return getCamelContext().getRoutes().stream().anyMatch(route -> begins(route, trigger));
  }

  private boolean begins(Route route, TriggerKey trigger) {
    return route.getEndpoint() instanceof QuartzEndpoint endpoint
        && endpoint.getTriggerKey().equals(trigger)
        && getCamelContext().getRouteController().getRouteStatus(route.getId()).isStarted();
  }
}
