package dev.geminibatch.cli;

import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * One run, from wherever it is to its end, with a person waiting for it.
 *
 * <p>The run that answers it (same content, begun earlier) is worked on as well, unless another
 * process does that.
 */
final class RunWatch {
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Session session;
  private final String goOn;
  private final Set<String> watched = ConcurrentHashMap.newKeySet();

  private boolean isHoldTold;

  /**
   * @param goOn the command that goes on if this one is stopped
   */
  RunWatch(Session session, String goOn) {
    this.session = session;
    this.goOn = goOn;
  }

  /** How it ended: the run is not finished if the time was over. */
  record End(Run run, List<Job> jobs, boolean timedOut) {}

  /** Finds or makes the run. */
  @FunctionalInterface
  interface Begin {
    String begin(Beans beans) throws IOException;
  }

  /** Starts the routes and waits. */
  End await(Begin begin) throws IOException, InterruptedException {
    ProgressDisplay display =
        new ProgressDisplay(session.terminal(), session.terminal()::tell, session.clock());
    Progress progress = session.options().quiet ? Progress.none() : display;
    try (Beans beans =
        new Beans(
            session.settings(),
            session.retries(),
            session.clock(),
            progress,
            run -> watched.contains(run.id()))) {
      // Copying a large file and starting the routes both take seconds.
      FutureTask<String> begun = new FutureTask<>(() -> begin.begin(beans));
      new Thread(begun, "begin").start();
      try (Pipeline pipeline =
          Pipeline.start(session.settings(), beans, session.properties(), false)) {
        return await(beans, pipeline, begun, display);
      } finally {
        ended(begun); // before the beans that it uses are closed
      }
    }
  }

  private End await(
      Beans beans, Pipeline pipeline, FutureTask<String> begun, ProgressDisplay display)
      throws IOException, InterruptedException {
    Thread farewell =
        Farewell.hook(
            session.terminal(), "Interrupted; nothing is lost. To go on: " + goOn, pipeline);
    Runtime.getRuntime().addShutdownHook(farewell);
    try {
      String runId = ended(begun);
      watched.add(runId);
      if (beans.claims().begin(runId)) {
        pipeline.advance(runId);
      } // else another process works on it, and it is only waited for
      return await(beans.ledger(), runId);
    } finally {
      display.end();
      removeHook(farewell);
    }
  }

  private static String ended(FutureTask<String> begun) throws IOException, InterruptedException {
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

  private End await(Ledger ledger, String runId) throws InterruptedException {
    Instant until = session.clock().instant().plus(session.settings().jobs().timeout());
    while (true) {
      Run run = ledger.run(runId);
      boolean timedOut = session.clock().instant().isAfter(until);
      if (run.state().isFinished() || timedOut) {
        return new End(run, ledger.jobs(run.leader().orElse(runId)), !run.state().isFinished());
      }
      refuseAnotherKey(run, ledger);
      if (run.isHeld() && !isHoldTold) {
        isHoldTold = true;
        session.terminal().tell(run.name() + ": " + run.reason().orElse("it is held"));
      }
      Thread.sleep(LOOK.toMillis());
    }
  }

  /** Waiting for a job that this key does not see would take for ever. */
  private void refuseAnotherKey(Run run, Ledger ledger) {
    String project = session.settings().service().requireKey().fingerprint();
    if (run.reason().isEmpty()) {
      return;
    }
    for (Job job : ledger.jobs(run.id())) {
      UsageException why = job.madeWithAnotherKey();
      if (!job.isOf(project) && run.reason().get().equals(why.getMessage())) {
        throw why;
      }
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
