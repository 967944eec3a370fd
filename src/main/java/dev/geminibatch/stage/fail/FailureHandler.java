package dev.geminibatch.stage.fail;

import dev.geminibatch.extension.Failure;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.FullDisk;
import dev.geminibatch.io.Repeats;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.media.StaleReferences;
import dev.geminibatch.run.Backoff;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputChanged;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.InputMode;
import dev.geminibatch.run.LeaseLost;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.RunStopped;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.stage.AccountRefusals;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Decides what becomes of a run whose stage failed: what cannot work goes to the failed folder with
 * an explanation, everything else is parked and tried again.
 */
public final class FailureHandler {
  private static final Logger LOG = LoggerFactory.getLogger("failures");
  private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
  private static final Duration SHORTEST_REST = Duration.ofSeconds(1);
  private static final Backoff WAITS = new Backoff(FIRST_WAIT, Duration.ofMinutes(10));

  private static final int LONGEST_REASON = 16_000;

  private final Repeats repeats = new Repeats();
  private final StageContext context;
  private final Ledger ledger;
  private final LaterFiles later;

  public FailureHandler(StageContext context) {
    this.context = context;
    this.ledger = context.ledger();
    this.later = new LaterFiles(context);
  }

  /**
   * Takes a run with what went wrong.
   *
   * @param thrown by the stage; what it is about is looked for among its causes
   * @param notifying the setting that names whom the run was being reported to, or null
   * @return null unless this was the end of the run
   */
  public Failure take(String runId, Throwable thrown, String notifying) throws IOException {
    try {
      return isLost(runId, thrown) ? null : decide(runId, thrown, notifying);
    } catch (RuntimeException e) {
      if (isLost(runId, e)) {
        return null;
      }
      if (!Ledger.isCause(e)) {
        throw e;
      }
      // Then the run stays as it is, and the next tick tries again.
      LOG.error(
          "Run {} cannot continue, because the ledger in {} cannot be written to ({}); it will be retried",
          runId,
          ledger.place(),
          rootMessage(e));
      return null;
    }
  }

  /** Whoever has the run now finds it as the ledger has it. */
  private boolean isLost(String runId, Throwable thrown) {
    boolean isLost = LeaseLost.isCause(thrown) || !context.leases().mayWork();
    if (isLost) {
      LOG.info("Run {} is given up: another member may work on it", runId);
    }
    return isLost;
  }

  private static String rootMessage(Throwable thrown) {
    return thrown.getCause() == null ? thrown.getMessage() : rootMessage(thrown.getCause());
  }

  private Failure decide(String runId, Throwable thrown, String notifying) throws IOException {
    if (context.busy().isStuck(runId)) {
      return null; // it was given up, and the ledger has the reason
    }
    Run run = ledger.queries().run(runId);
    Throwable problem = understood(thrown);
    if (problem instanceof RunStopped) {
      LOG.info("{}", problem.getMessage());
      return null; // the next tick knows what is left to do
    }
    if (problem instanceof StaleReferences) {
      LOG.info("{}: {}", run.name(), problem.getMessage());
      ledger.runs().moveTo(run.id(), RunState.INSPECTED);
      ledger.runs().parked(run.id(), problem.getMessage(), FIRST_WAIT);
      return null;
    }
    boolean isHopeless = problem instanceof RunFailure || problem instanceof InputChanged;
    if (isHopeless && isStillWritten(run, problem)) {
      return receiveAgain(run, notifying);
    }
    if (isHopeless && run.isPaid()) {
      LOG.warn("{}: {} What is answered is delivered.", run.name(), problem.getMessage());
      ledger.runs().moveTo(run.id(), RunState.COLLECTED);
    } else if (isHopeless) {
      return fail(run, problem.getMessage());
    } else if (later.isMeant(run, problem)) {
      later.take(run);
    } else {
      park(run, problem, notifying);
    }
    return null;
  }

  /** Whatever is wrong with such an input may be that it is not complete. */
  private boolean isStillWritten(Run run, Throwable problem) throws IOException {
    RunFolder folder = context.folder(run);
    return run.fromInbox()
        && !run.isPaid()
        && run.state().mayBecome(RunState.RECEIVED)
        && Files.exists(folder.received(run))
        && (problem instanceof InputChanged || !InputGuard.isAtRest(run, folder));
  }

  /** A program still writes into the input: its lines are checked again when it has rested. */
  private Failure receiveAgain(Run run, String notifying) throws IOException {
    Duration settleTime = context.folders(run).settleTime();
    Duration rest = settleTime.compareTo(SHORTEST_REST) > 0 ? settleTime : SHORTEST_REST;
    FileState input;
    try {
      input = InputGuard.takeAgain(run, context.folder(run), context.settings().inputLimits());
    } catch (RunFailure e) {
      return fail(run, e.getMessage());
    } catch (IOException e) {
      park(run, e, notifying); // the next try comes here again
      return null;
    }
    context.folder(run).removeMadeLines();
    ledger.runs().receivedAgain(run.id(), input.size(), input.modifiedMillis());
    String reason =
        "The input is still being written; it is checked again when it has not changed for "
            + Amounts.time(rest);
    ledger.runs().parked(run.id(), reason, rest);
    LOG.warn("{}: {}", run.name(), reason);
    return null;
  }

  private Failure fail(Run run, String why) throws IOException {
    Path input = run.source();
    if (run.fromInbox()) {
      // The input stays in the run's folder until the ledger knows: a kill in between repeats this.
      Path failed =
          InputArchive.linkUnsent(
              context.folders(run).failed(),
              run,
              context.folder(run),
              context.settings().folders().reserve());
      input = failed;
      Path explanation = InputArchive.explanationOf(failed);
      Path aside = AtomicFiles.aside(explanation, run.id());
      InputMode.of(context.folder(run), run).create(aside);
      Files.writeString(aside, explanation(run, why));
      AtomicFiles.publish(aside, explanation);
      LOG.error("{}: {} See {}", run.name(), Amounts.firstLine(why), explanation);
    } else {
      // The other lines have been logged one by one when they were found.
      LOG.error("{}: {}", run.name(), Amounts.firstLine(why));
    }
    ledger.runs().failed(run.id(), why);
    context.progress().happened(new RunEvent.Failed(run));
    context.leases().release(run.id());
    context.folder(run).remove();
    return new Failure(
        run.id(), Visible.line(run.name()), run.profile(), shown(why), input.toString());
  }

  private String explanation(Run run, String why) {
    Path inbox = context.folders(run).inbox();
    return String.join(
        "\n",
        Visible.line(run.name()) + " could not be used. Nothing of it was sent.",
        "",
        "Why:  " + shown(why),
        "When: " + context.clock().instant() + ", run " + run.id(),
        "",
        Files.exists(context.folder(run).overrides())
            ? "Fix the file, or its settings in "
                + Visible.line(run.name())
                + ".properties, and move both back into "
                + inbox
                + " to try again, the settings first."
            : "Fix the file and move it back into " + inbox + " to try again.",
        "");
  }

  /** Some of it may be in the service's words, or in those of whoever wrote the lines. */
  private static String shown(String why) {
    return Visible.lines(Amounts.shortened(Redactor.redact(why), LONGEST_REASON));
  }

  private void park(Run run, Throwable problem, String notifying) {
    if (problem instanceof ServiceFailure failure
        && failure.isAccount()
        && AccountRefusals.concerns(run)) {
      context.accounts().refused(run, context.connection(run).project(), failure);
      return;
    }
    Duration wait = wait(run, problem);
    String reason = (notifying == null ? "" : notifying + ": ") + reason(run, problem);
    ledger.runs().parked(run.id(), reason, wait);
    LOG.atLevel(repeats.level(Level.WARN, run.id(), reason))
        .log("{}: {} (next try in {})", run.name(), reason, Amounts.time(wait));
    if (isOurs(problem)) {
      LOG.error("Unexpected error; please report it", problem);
    }
    if (context.leases().areShared() && problem instanceof UsageException) {
      context.leases().release(run.id()); // another member may be set so that it can
    }
  }

  private static Duration wait(Run run, Throwable problem) {
    if (problem instanceof ServiceFailure failure && failure.kind() == Kind.QUOTA) {
      return failure.retryAfter().orElse(Duration.ofMinutes(1));
    }
    return WAITS.after(run.waiting().tries());
  }

  private String reason(Run run, Throwable problem) {
    if (problem instanceof IOException && FullDisk.isMeant(problem)) {
      return FullDisk.reason(
          run.output().map(output -> output.toAbsolutePath().getParent()),
          context.state().path(),
          context.folders(run).outbox(),
          context.folders(run).archive(),
          context.folders(run).failed());
    }
    String message = problem.getMessage() == null ? "" : ": " + problem.getMessage();
    if (problem instanceof ServiceFailure
        || problem instanceof UsageException
        || problem instanceof DiskReserve.NoRoom
        || Ledger.away(problem).isPresent()) {
      return problem.getMessage();
    }
    if (problem instanceof FileSystemException failed && failed.getFile() != null) {
      return Redactor.redact(words(failed));
    }
    return Redactor.redact(problem.getClass().getSimpleName() + message);
  }

  private static String words(FileSystemException failed) {
    String why =
        failed.getReason() == null ? failed.getClass().getSimpleName() : failed.getReason();
    if (failed instanceof NoSuchFileException) {
      why = "it is not there";
    } else if (failed instanceof AccessDeniedException) {
      why = "permission denied";
    } else if (failed instanceof FileAlreadyExistsException) {
      why = "there is something else of that name";
    }
    return failed.getFile()
        + ": "
        + why
        + ". See that this place is there, and may be read and written";
  }

  /** The first cause whose meaning is known, else the problem as it is. */
  private static Throwable understood(Throwable thrown) {
    Throwable last = thrown;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof RunFailure
          || cause instanceof InputChanged
          || cause instanceof StaleReferences
          || cause instanceof RunStopped
          || isKnown(cause)) {
        return cause;
      }
      last = cause;
    }
    return last;
  }

  private static boolean isKnown(Throwable problem) {
    return problem instanceof ServiceFailure
        || problem instanceof UsageException
        || problem instanceof IOException
        || Ledger.away(problem).isPresent();
  }

  /** What comes from a route of a user was never in our code. */
  private static boolean isOurs(Throwable problem) {
    return !isKnown(problem)
        && Arrays.stream(problem.getStackTrace())
            .anyMatch(frame -> frame.getClassName().startsWith("dev.geminibatch."));
  }
}
