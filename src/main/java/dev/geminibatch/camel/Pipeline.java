package dev.geminibatch.camel;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.management.HealthReport;
import dev.geminibatch.settings.ManagementSettings;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.WorkWatch;
import dev.geminibatch.window.Window;
import dev.geminibatch.wiring.Workspace;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.support.LifecycleStrategySupport;

/** The running routes. */
public final class Pipeline implements AutoCloseable {
  private static final String OFF = "routes.off";

  /** A call to the service that answers in time is through by then. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Main main;
  private final Beans beans;
  private final ProducerTemplate template;
  private final Optional<Runnable> lastTick;
  private WorkWatch workWatch;
  private Ticks ticks;

  private Pipeline(Main main, Beans beans, Optional<Runnable> lastTick) {
    this.main = main;
    this.beans = beans;
    this.lastTick = lastTick;
    this.template = main.getCamelContext().createProducerTemplate();
  }

  /**
   * Reads and starts the routes.
   *
   * @param properties Camel's own options, and the placeholders of users' routes
   * @param watchInbox whether dropped files are taken
   * @throws UsageException when a route cannot be read or started; the message names it
   */
  public static Pipeline start(
      Settings settings, Beans beans, Map<String, String> properties, boolean watchInbox) {
    Main main = main(settings, beans, properties, watchInbox);
    Optional<Runnable> lastTick =
        watchInbox ? SharedQuartz.use(main, beans.ledger()) : Optional.empty();
    try {
      start(main, settings, beans);
    } catch (UsageException e) {
      throw new UsageException(
          "The routes cannot be started; fix what is named here.\n" + e.getMessage());
    }
    Pipeline pipeline = new Pipeline(main, beans, lastTick);
    if (watchInbox) {
      settings
          .profiles()
          .served()
          .forEach(profile -> pipeline.open(profile, settings.routes().off()));
    } else {
      pipeline.ticks = Ticks.start(pipeline.camelContext(), beans.pollTimes(), pipeline.template);
    }
    beans.remoteMedia().use(new HttpDownload(pipeline.template, beans.mediaProxies()));
    settings.jobs().runs().stuckAfter().ifPresent(pipeline::watch);
    if (settings.routes().reload()) {
      Runnable trial = () -> tryOut(main(settings, beans, properties, watchInbox), settings, beans);
      settings.routes().folders().forEach(folder -> pipeline.reload(folder, trial));
    }
    return pipeline;
  }

  /**
   * Reads all routes as a daemon does, starts none, and says how many there are.
   *
   * @throws UsageException when one cannot be read; the message names it
   */
  public static int tryOut(Settings settings, Beans beans, Map<String, String> properties) {
    return tryOut(main(settings, beans, properties, true), settings, beans);
  }

  private void watch(Duration stuckAfter) {
    WorkWatch.warnOfShort(stuckAfter);
    Workspace workspace = beans.workspace();
    SpareWorkers spares = new SpareWorkers(camelContext(), workspace.work());
    workWatch =
        new WorkWatch(
            workspace.work(),
            beans.strikes(),
            workspace.lastWords(),
            stuckAfter,
            workspace.settings().jobs().runs().concurrency(),
            spares::add);
    workWatch.start();
  }

  private static void start(Main main, Settings settings, Beans beans) {
    RouteFiles files = new RouteFiles(settings.routes().folders());
    Workspace workspace = beans.workspace();
    NodeWatch watch = new NodeWatch(workspace.work(), workspace.lastWords());
    Checks checks = new Checks(files, settings.routes().off(), watch);
    main.addMainListener(checks);
    try {
      files.check();
      main.start();
    } catch (Exception e) {
      RouteMistake mistake = new RouteMistake(checks.context, beans.byName().keySet(), files);
      String explanation = mistake.explain(e);
      main.stop();
      throw explanation.startsWith(OFF + " ")
          ? settings.profiles().wrong(Profiles.DEFAULT, OFF, explanation)
          : new UsageException(explanation);
    }
  }

  /** Makes all routes without starting them. */
  private static int tryOut(Main main, Settings settings, Beans beans) {
    main.configure().setAutoStartup(false);
    ExtraJars.disconnect(main);
    // Under the same name Quartz would take its triggers for those of the running routes.
    main.addOverrideProperty("camel.main.name", "trial");
    main.addOverrideProperty("camel.component.quartz.auto-start-scheduler", "false");
    beans.ownConnections().ifPresent(each -> main.bind("mediaConnections", each));
    start(main, settings, beans);
    int routes = main.getCamelContext().getRoutesSize();
    main.stop();
    return routes;
  }

  /** Begins to take what is dropped for a profile. */
  private void open(Settings profile, List<String> off) {
    boolean isDefault = profile.profile().equals(Profiles.DEFAULT);
    String suffix = isDefault ? "" : "-" + profile.profile();
    if (profile.pictures().isPresent() && !off.contains("gather")) {
      open("gather", suffix, profile);
    }
    if (!off.contains("receive")) {
      open("receive", suffix, profile);
    }
  }

  private void open(String template, String suffix, Settings profile) {
    try {
      TemplatedRouteBuilder.builder(camelContext(), template)
          .routeId(template + suffix)
          .parameter("profile", profile.profile())
          .add();
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "The route template "
              + template
              + " does not fit this version ("
              + e.getMessage()
              + "); take the routes folder of this version, and add your own routes to it.");
    }
  }

  private void reload(Path folder, Runnable trial) {
    try {
      camelContext().addService(new RouteReload(folder, trial));
    } catch (Exception e) {
      throw new UsageException(
          "routes.reload is true, but changes in "
              + folder
              + " cannot be noticed: "
              + e.getMessage());
    }
  }

  private static Main main(
      Settings settings, Beans beans, Map<String, String> properties, boolean watchInbox) {
    RouteFiles files = new RouteFiles(settings.routes().folders());
    Main main = ExtraJars.camel(beans.components(), files::holdMoreThanRoutes);
    main.addMainListener(new OwnPlaceholders());
    main.configure().setSourceLocationEnabled(true);
    main.configure().setLogName("${routeId}");
    main.configure()
        .setRoutesIncludePattern(
            settings.routes().folders().stream()
                .map(Pipeline::existing)
                .map(folder -> "file:" + folder + "/*.camel.yaml")
                .collect(Collectors.joining(",")));
    if (!settings.routes().off().isEmpty()) {
      main.configure().setRouteFilterExcludePattern(String.join(",", settings.routes().off()));
    }
    properties.forEach(main::addOverrideProperty);
    settings.routes().stages().forEach(main::addOverrideProperty);
    placeholders(settings, watchInbox).forEach(main::addOverrideProperty);
    beans.byName().forEach(main::bind);
    Instant now = beans.workspace().machineClock().instant();
    main.bind("inAMinute", Date.from(now.plus(Duration.ofMinutes(1))));
    return main;
  }

  private static Path existing(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UsageException(
          "There are no routes in "
              + folder
              + ". Start in the folder that holds routes/ and config/, or set routes.directory or"
              + " routes.extra to a folder that is there.");
    }
    return folder;
  }

  /** The checked and absolute values of our keys, for the routes. */
  private static Map<String, String> placeholders(Settings settings, boolean watchInbox) {
    return Map.ofEntries(
        Map.entry("inbox.enabled", Boolean.toString(watchInbox)),
        Map.entry(
            "media.remote-enabled", Boolean.toString(!settings.uploads().remoteHosts().isEmpty())),
        Map.entry("inbox.directory", settings.folders().inbox().toString()),
        Map.entry("inbox.interval", Long.toString(settings.folders().checkEvery().toMillis())),
        Map.entry("inbox.settle-time", Long.toString(settings.folders().settleTime().toMillis())),
        Map.entry("outbox.directory", settings.folders().outbox().toString()),
        Map.entry("archive.directory", settings.folders().archive().toString()),
        Map.entry("failed.directory", settings.folders().failed().toString()),
        Map.entry("poll.interval", Long.toString(settings.jobs().pollInterval().toMillis())),
        Map.entry("job.pack-wait", Long.toString(settings.jobs().packing().gathering().toMillis())),
        Map.entry("run.concurrency", Integer.toString(settings.jobs().runs().concurrency())));
  }

  /** Checks the routes when they are read, and before they are started. */
  private static final class Checks extends MainListenerSupport {
    private final RouteFiles files;
    private final List<String> off;
    private final NodeWatch watch;

    /** Also when it could not be started. */
    private CamelContext context;

    Checks(RouteFiles files, List<String> off, NodeWatch watch) {
      this.watch = watch;
      this.files = files;
      this.off = off;
    }

    @Override
    public void beforeInitialize(BaseMainSupport main) {
      context = main.getCamelContext();
      context.getCamelContextExtension().addInterceptStrategy(watch);
      context.addLifecycleStrategy(
          new LifecycleStrategySupport() {
            @Override
            public void onContextStarting(CamelContext starting) {
              RouteCheck.check(starting, files, off);
            }
          });
    }
  }

  /**
   * Serves health, metrics and the window from now on; the start of a server keeps nobody waiting.
   *
   * @param checks to be closed by whoever made them
   * @param window empty for none
   * @param listening gets the port, once it is served there
   * @return the thread that starts the server
   */
  public Thread serve(
      ManagementSettings settings,
      HealthReport checks,
      List<MeterBinder> meters,
      Optional<Window> window,
      IntConsumer listening) {
    ManagementServer server = new ManagementServer(camelContext(), settings);
    Thread thread =
        new Thread(() -> server.start(checks, meters, window).ifPresent(listening), "management");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Takes a run to its next stage at once, in a thread of its own. */
  public void advance(String runId) {
    template.asyncSendBody("direct:advance", runId);
  }

  /** Begins the work on a run that has just arrived, among the others that have. */
  public void arrived(String runId) {
    template.asyncSendBody("seda:advance", runId);
  }

  /** For tests of the routes. */
  CamelContext camelContext() {
    return main.getCamelContext();
  }

  /** What is under way may come to its end for a moment; then its calls are aborted. */
  @Override
  public void close() {
    Thread cutOff =
        new Thread(
            () -> {
              try {
                Thread.sleep(GRACE.toMillis());
                beans.workspace().connections().stop();
              } catch (InterruptedException e) {
                // it has ended by itself
              }
            },
            "cut-off");
    cutOff.setDaemon(true);
    if (workWatch != null) {
      workWatch.close();
    }
    cutOff.start();
    boolean keepsNothing = false;
    lastTick.ifPresent(Runnable::run);
    try {
      if (ticks != null) {
        ticks.end();
      }
      // Otherwise the stop itself waits, and its queues are still in use.
      if (Rest.await(camelContext())) {
        Map<String, String> stages = beans.workspace().settings().routes().stages();
        keepsNothing = ticks != null && Rest.keepsNothing(camelContext(), stages);
        if (!keepsNothing) {
          Rest.endQueues(camelContext());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (keepsNothing) {
      // The process ends now: to wait for the queues would only keep a person waiting.
      Thread stop = new Thread(main::stop, "stop");
      stop.setDaemon(true);
      stop.start();
    } else {
      main.stop();
    }
    cutOff.interrupt();
  }
}
