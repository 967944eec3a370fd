package dev.geminibatch.cli;

import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.NameEncoding;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.WarmUp;
import dev.geminibatch.ledger.Events.Level;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.LedgerCheck;
import dev.geminibatch.logging.Logs;
import dev.geminibatch.maintenance.LostRuns;
import dev.geminibatch.management.DaemonMetrics;
import dev.geminibatch.management.EventLog;
import dev.geminibatch.management.HealthChecks;
import dev.geminibatch.management.Tally;
import dev.geminibatch.run.DaemonLock;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.settings.LiveSettings;
import dev.geminibatch.settings.ManagementSettings;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.window.FormTokens;
import dev.geminibatch.window.Outlook;
import dev.geminibatch.window.Sources;
import dev.geminibatch.window.Window;
import dev.geminibatch.wiring.ServiceFactory;
import dev.geminibatch.wiring.Workspace;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Without an action: the daemon, until stopped. */
final class DaemonCommand {
  private static final Logger LOG = LoggerFactory.getLogger("daemon");

  /** The check of a large ledger continues in the background. */
  private static final Duration LONGEST_CHECK = Duration.ofMillis(100);

  private static final int MOST_NAMED = 20;

  private final Session session;
  private DaemonEnd end;

  /** Whether the routes run. */
  private boolean isServing;

  DaemonCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    Settings settings = session.settings();
    Tally tally = new Tally(() -> prices(settings.profiles()), session.clock());
    ServiceFactory services = new ServiceFactory(session.retries(), tally.calls());
    Progress progress =
        session.options().quiet
            ? Progress.none()
            : new ProgressDisplay(session.terminal(), LOG::debug, session.clock());
    LOG.info(
        "gemini-batch {} of {} begins with the state in {}, Java {} ({}), process {}",
        CommandLineInterface.version().orElse("(not packaged)"),
        session.home(),
        settings.folders().stateFolder().path(),
        System.getProperty("java.runtime.version"),
        System.getProperty("java.vendor"),
        ProcessHandle.current().pid());
    try (EventLog events = new EventLog(session.clock())) {
      session.logs().listen(events);
      Progress watched = tally.watching(events.watching(progress));
      return new PatientStart(() -> isServing).run(() -> serve(services, tally, events, watched));
    }
  }

  private int serve(ServiceFactory services, Tally tally, EventLog events, Progress progress)
      throws IOException, InterruptedException {
    Settings settings = session.settings();
    List<Settings> served = settings.profiles().served();
    try (Closeable alone = alone(settings);
        Workspace workspace = workspace(settings, services);
        Beans beans = new Beans(workspace, progress, DaemonCommand::isForUs);
        HealthChecks checks = healthChecks(session, workspace, beans);
        SettingsWatch watch = new SettingsWatch(new LiveSettings(settings), Logs::setLevels)) {
      LedgerCheck check = checkLedger(workspace);
      served.forEach(DaemonCommand::makeFolders);
      NameEncoding.remedy().ifPresent(remedy -> LOG.warn("File names: {}.", remedy));
      served.forEach(profile -> checkAccess(workspace, profile));
      endIfDamaged(check);
      events.begin(workspace.ledger().events());
      beans.receiver().recover();
      int retried = beans.strikes().retry();
      if (retried > 0) {
        LOG.info("{} tried once more, last and alone", Amounts.count(retried, "held run"));
      }
      Pipeline pipeline = Pipeline.start(settings, beans, session.properties(), true);
      isServing = true;
      beans.helpOthers();
      Runnable stopping = stopWell(pipeline, events, workspace);
      served.forEach(DaemonCommand::announce);
      LOG.info("Stop with Ctrl-C.");
      watch.start();
      WarmUp.begin();
      ClassArchive.wanted(settings.folders().reserve(), workspace.busy()::isIdle)
          .ifPresent(ClassArchive::makeWhenIdle);
      if (settings.operation().management().isEnabled()) {
        try (DaemonMetrics metrics =
            new DaemonMetrics(tally, workspace, beans.accounts(), checks)) {
          serve(pipeline, beans, new DaemonOutlook(workspace, beans, checks), checks, metrics);
          return stopped(stopping);
        }
      }
      return stopped(stopping);
    }
  }

  /** The members of a ledger on a server know of each other; otherwise there is one daemon. */
  private static Closeable alone(Settings settings) throws IOException {
    return settings.operation().ledger().isPresent()
        ? () -> {}
        : DaemonLock.take(settings.folders().stateFolder());
  }

  private Workspace workspace(Settings settings, ServiceFactory services) {
    Workspace workspace = session.workspace(settings, services);
    end = new DaemonEnd(workspace.busy()::isOver);
    workspace.serve(end::ask);
    return workspace;
  }

  private int stopped(Runnable stopping) throws InterruptedException {
    int code = end.await();
    stopping.run();
    return code;
  }

  private Runnable stopWell(Pipeline pipeline, EventLog events, Workspace workspace) {
    boolean isMember = workspace.settings().operation().ledger().isPresent();
    String daemon =
        isMember ? "Member " + Workspace.memberName(workspace.settings()) : "The daemon";
    events.happened(Level.INFO, daemon + " has started, process " + ProcessHandle.current().pid());
    Runnable stopping =
        () ->
            end.stop(
                () -> {
                  events.happened(Level.INFO, daemon + " stops");
                  events.flush();
                  pipeline.close();
                  workspace.handOver();
                });
    String message =
        isMember
            ? "Stopping. What is under way resumes with another member, or at the next start."
            : "Stopping. What is under way resumes at the next start.";
    Runtime.getRuntime().addShutdownHook(Farewell.hook(session.terminal(), message, stopping));
    return stopping;
  }

  private void serve(
      Pipeline pipeline, Beans beans, Outlook outlook, HealthChecks checks, DaemonMetrics metrics)
      throws IOException {
    ManagementSettings management = session.settings().operation().management();
    Window window = window(session, beans, pipeline, outlook, management);
    pipeline.serve(management, checks, List.of(metrics), Optional.of(window), port -> {});
  }

  static Window window(
      Session session,
      Beans beans,
      Pipeline pipeline,
      Outlook outlook,
      ManagementSettings management)
      throws IOException {
    FormTokens tokens = new FormTokens(new SecureRandom(), session.clock());
    Sources sources = WindowSources.of(beans, pipeline, outlook);
    return new Window(sources, tokens, management.isClosed());
  }

  /** Those of today: they may be changed while it runs. */
  static Prices prices(Profiles profiles) {
    return profiles.prices(profiles.of(Profiles.DEFAULT).costs().prices());
  }

  static HealthChecks healthChecks(Session session, Workspace workspace, Beans beans)
      throws IOException {
    return new HealthChecks(
        workspace.settings(),
        workspace.ledger(),
        workspace.leases(),
        workspace.work(),
        new ServiceFactory(session.retries()).impatient(),
        beans.accounts()::of,
        workspace.clock());
  }

  /** A damaged ledger is not worked with: what was paid for may be what it has lost. */
  private LedgerCheck checkLedger(Workspace workspace) throws IOException {
    Ledger ledger = workspace.ledger();
    Optional<String> lack = ledger.restoration().inWords();
    if (lack.isPresent()) {
      LOG.warn(
          "The ledger {}. What was sent after that is searched for at the service before anything is"
              + " sent again",
          lack.get());
      nameLost(LostRuns.folders(workspace.state(), ledger));
    }
    return workspace.settings().operation().ledger().isPresent()
        ? LedgerCheck.none()
        : LedgerCheck.begin(workspace.state());
  }

  private static void nameLost(List<Path> folders) {
    if (!folders.isEmpty()) {
      LOG.error(
          "The ledger does not know the runs of {}. Their inputs are there and are not sent: see"
              + " --list for their jobs, and drop those inputs again that have none",
          folders.stream().limit(MOST_NAMED).map(Path::toString).collect(Collectors.joining(", "))
              + (folders.size() > MOST_NAMED ? " and others" : ""));
    }
  }

  private void endIfDamaged(LedgerCheck check) throws InterruptedException {
    check.await(LONGEST_CHECK);
    check.whenDamaged(
        damage -> {
          session.terminal().tellError("ERROR " + damage);
          Runtime.getRuntime().halt(ExitCode.USAGE);
        });
  }

  /**
   * What was dropped. A run that somebody began with --file is only ours once it is paid for:
   * whoever stopped it before may have wanted just that.
   */
  private static boolean isForUs(Run run) {
    return run.fromInbox() || run.isPaid() || run.isCancelled();
  }

  private static void announce(Settings profile) {
    LOG.info(
        "{}. Drop {}*.jsonl (also .ndjson, .json, and these with .gz) into {}, answers appear in {}",
        profile.isDefault() ? "Ready" : "Ready for " + profile.profile(),
        profile.pictures().isPresent() ? "pictures, " : "",
        profile.folders().inbox(),
        profile.folders().outbox());
  }

  static void makeFolders(Settings settings) {
    Settings.Folders folders = settings.folders();
    make(settings, "inbox.directory", folders.inbox());
    settings.operation().log().file().ifPresent(log -> keepOut(settings, log.path()));
    make(settings, "outbox.directory", folders.outbox());
    keepApart(settings, "archive.directory", folders.archive());
    keepApart(settings, "failed.directory", folders.failed());
    make(settings, "archive.directory", folders.archive());
    make(settings, "failed.directory", folders.failed());
    make(settings, "media.root", settings.uploads().mediaRoot());
  }

  /** What is put there would be taken again, without end. */
  private static void keepApart(Settings settings, String key, Path folder) {
    if (folder.equals(settings.folders().inbox())) {
      throw wrong(
          settings, key, key + " is " + folder + ", which is the inbox; set it to another folder.");
    }
  }

  private static UsageException wrong(Settings settings, String key, String text) {
    return settings.profiles().wrong(settings.profile(), key, text);
  }

  private static void keepOut(Settings settings, Path log) {
    if (settings.folders().inbox().equals(log.getParent())) {
      throw wrong(
          settings,
          "log.file",
          "log.file is " + log + ", which is in the inbox; write the name of a file elsewhere.");
    }
  }

  private static void make(Settings settings, String key, Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw wrong(
          settings,
          key,
          key + " is " + folder + ", which cannot be made; set it to a folder that can be.");
    }
    boolean mustBeWritable = !key.equals("media.root");
    if (mustBeWritable && !Files.isWritable(folder)) {
      throw wrong(
          settings,
          key,
          key
              + " is "
              + folder
              + ", which cannot be written to; let the daemon's user write there.");
    }
  }

  /** A wrong key is reported before anything is dropped; a service in trouble is waited for. */
  private static void checkAccess(Workspace workspace, Settings profile) {
    try {
      workspace.connections().of(profile.service()).batches().checkAccess();
    } catch (ServiceFailure failure) {
      if (failure.kind() == ServiceFailure.Kind.BAD_KEY) {
        throw failure;
      }
      LOG.warn(
          "{}; what is dropped waits until {}",
          Amounts.clause(failure.getMessage()),
          failure.isAccount() ? "the service accepts the account" : "it can be reached");
    }
  }
}
