package dev.geminibatch.cli;

import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.report.Report;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.ForwardingProgress;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.stage.AccountRefusals;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Runs, from wherever they are to their ends, with a person waiting for them.
 *
 * <p>The run that answers one (same content, begun earlier) is worked on as well, unless another
 * process does that.
 */
final class RunWatch {
  private static final Duration LOOK = Duration.ofMillis(100);

  private static final Duration LEDGER_AGAIN = Duration.ofSeconds(1);

  private final Session session;
  private final String resume;
  private final Set<String> watched = ConcurrentHashMap.newKeySet();
  private final Semaphore ends = new Semaphore(0);

  private boolean isHoldReported;
  private boolean isAwayReported;

  /** The run that is waited for, as it was seen last; null if it was not yet. */
  private Run last;

  /**
   * @param resume the command that resumes if this one is stopped
   */
  RunWatch(Session session, String resume) {
    this.session = session;
    this.resume = resume;
  }

  /**
   * How it ended.
   *
   * @param report only of a run that was delivered
   * @param timedOut whether the time was over before the run was finished
   */
  record End(Run run, List<Job> jobs, Optional<Report> report, boolean timedOut) {}

  /** Finds or makes the runs. */
  @FunctionalInterface
  interface Begin {
    List<String> begin(Beans beans) throws IOException;
  }

  /**
   * Starts the routes and waits.
   *
   * @return one for each run, in their order
   */
  List<End> await(Begin begin) throws IOException, InterruptedException {
    ProgressDisplay display =
        new ProgressDisplay(session.terminal(), session.terminal()::tell, session.clock());
    session
        .logs()
        .showOf("deliver", LogLevel.WARN); // how it went is reported by the command itself
    Progress progress = session.options().quiet ? Progress.none() : display;
    try (Workspace workspace = session.workspace();
        Beans beans = new Beans(workspace, noticing(progress), run -> watched.contains(run.id()))) {
      // Copying a large file and starting the routes both take seconds.
      FutureTask<List<String>> begun = new FutureTask<>(() -> begin.begin(beans));
      new Thread(begun, "begin").start();
      try (Pipeline pipeline =
          Pipeline.start(session.settings(), beans, session.properties(), false)) {
        return await(beans, pipeline, begun, display);
      } finally {
        ended(begun); // before the beans that it uses are closed
      }
    }
  }

  private List<End> await(
      Beans beans, Pipeline pipeline, FutureTask<List<String>> begun, ProgressDisplay display)
      throws IOException, InterruptedException {
    Thread farewell =
        Farewell.hook(
            session.terminal(),
            "Interrupted; nothing is lost. To resume: " + resume,
            pipeline::close);
    Runtime.getRuntime().addShutdownHook(farewell);
    try {
      List<String> runIds = ended(begun);
      watched.addAll(runIds);
      for (String runId : runIds) {
        beans.strikes().retry(runId);
        if (beans.workspace().busy().begin(runId)) {
          pipeline.advance(runId);
        } // else another process works on it, and it is only waited for
      }
      Instant until = session.clock().instant().plus(session.settings().jobs().timeout());
      List<End> ends = new ArrayList<>();
      for (String runId : runIds) {
        ends.add(await(beans.workspace(), beans.accounts(), runId, until));
      }
      return ends;
    } finally {
      display.end();
      removeHook(farewell);
    }
  }

  private static <T> T ended(FutureTask<T> begun) throws IOException, InterruptedException {
    try {
      return begun.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw e.getCause() instanceof RuntimeException failed
          ? failed
          : new IllegalStateException(e.getCause());
    }
  }

  private End await(Workspace workspace, AccountRefusals accounts, String runId, Instant until)
      throws IOException, InterruptedException {
    last = null;
    while (true) {
      try {
        Optional<End> end = look(workspace, accounts, runId, until);
        if (end.isPresent()) {
          return end.get();
        }
      } catch (RuntimeException e) {
        awaitLedger(e);
        if (last != null && isOver(until)) {
          return new End(last, List.of(), Optional.empty(), true);
        }
      }
      // Whatever else happens is seen at the next look.
      if (ends.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        ends.drainPermits();
      }
    }
  }

  /** A ledger on a server comes back; the work on the run waits for it, too. */
  private void awaitLedger(RuntimeException why) throws InterruptedException {
    String words = Ledger.away(why).orElseThrow(() -> why);
    if (!isAwayReported) {
      isAwayReported = true;
      session.terminal().tell("Waiting for the ledger: " + words);
    }
    Pause.of(LEDGER_AGAIN);
  }

  private boolean isOver(Instant until) {
    return session.clock().instant().isAfter(until);
  }

  private Optional<End> look(
      Workspace workspace, AccountRefusals accounts, String runId, Instant until)
      throws IOException {
    Ledger ledger = workspace.ledger();
    Run run = ledger.queries().run(runId);
    last = run;
    isAwayReported = false;
    if (run.state().isFinished() || isOver(until)) {
      return Optional.of(end(workspace, run));
    }
    refuseAnotherKey(run, ledger);
    refuseAccount(accounts);
    if (run.waiting().isHeldForStrikes()) {
      throw new IOException(
          run.name() + ": " + run.reason().orElse("it is held") + ". To try it again: " + resume);
    }
    if (run.isHeld() && !isHoldReported) {
      isHoldReported = true;
      String why =
          run.isPaused()
              ? "it is paused; to resume it: --resume " + run.id()
              : run.reason().orElse("it is held");
      session.terminal().tell(run.name() + ": " + why);
    }
    isHoldReported = isHoldReported && run.isHeld();
    return Optional.empty();
  }

  /** Notices when a run ends, and passes everything on. */
  private Progress noticing(Progress progress) {
    return new ForwardingProgress(progress) {
      @Override
      public void happened(RunEvent event) {
        super.happened(event);
        if (event instanceof RunEvent.Delivered || event instanceof RunEvent.Failed) {
          ends.release();
        }
      }
    };
  }

  private static End end(Workspace workspace, Run run) throws IOException {
    List<Job> jobs = workspace.ledger().jobs().of(run.leader().orElse(run.id()));
    Optional<Report> report =
        run.state() == RunState.DELIVERED ? Optional.of(report(workspace, run)) : Optional.empty();
    return new End(run, jobs, report, !run.state().isFinished());
  }

  private static Report report(Workspace workspace, Run run) throws IOException {
    Prices prices = Prices.read(workspace.settings().costs().prices());
    return new Reports(workspace.ledger(), workspace.state(), prices, workspace.clock()).of(run);
  }

  /** Waiting for a job that this key does not see would take forever. */
  private void refuseAnotherKey(Run run, Ledger ledger) {
    ProjectId project = session.settings().service().project();
    if (run.reason().isEmpty()) {
      return;
    }
    for (Job job : ledger.jobs().of(run.id())) {
      UsageException why = job.madeWithAnotherKey();
      if (!job.isOf(project) && run.reason().get().equals(why.getMessage())) {
        throw why;
      }
    }
  }

  /** What has to be done may take days; the run waits for it in the ledger. */
  private void refuseAccount(AccountRefusals accounts) {
    if (accounts.of(session.settings().service().project()).isPresent()) {
      throw new UsageException(
          "The run is kept and nothing is lost. To resume once the service accepts the account: "
              + resume);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is being stopped: the hook runs already.
    }
  }
}
