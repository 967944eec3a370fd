package dev.geminibatch.stage.fail;

import dev.geminibatch.extension.Failure;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FullDisk;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.media.StaleReferences;
import dev.geminibatch.run.Backoff;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunClaims;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of a run whose stage failed: what cannot work goes to the failed folder with
 * an explanation, everything else waits and is tried again.
 */
public final class FailureHandler {
  private static final Logger LOG = LoggerFactory.getLogger("failures");
  private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
  private static final Backoff WAITS = new Backoff(FIRST_WAIT, Duration.ofMinutes(10));

  private final Ledger ledger;
  private final RunClaims claims;
  private final Settings settings;
  private final StageContext context;
  private final Clock clock;

  public FailureHandler(StageContext context) {
    this.ledger = context.ledger();
    this.claims = context.claims();
    this.settings = context.settings();
    this.context = context;
    this.clock = context.clock();
  }

  /**
   * Takes a run with what went wrong.
   *
   * @param thrown by the stage; what it is about is looked for among its causes
   * @param telling the setting that names whom the run was being told to, or null
   * @return null unless this was the end of the run
   */
  public Failure take(String runId, Throwable thrown, String telling) throws IOException {
    try {
      return decide(runId, thrown, telling);
    } catch (JdbiException e) {
      // Then the run stays as it is, and the next tick tries again.
      LOG.error(
          "Run {} cannot go on, since the ledger in {} cannot be written to ({}); it is tried again",
          runId,
          settings.folders().state(),
          rootMessage(e));
      return null;
    }
  }

  private static String rootMessage(Throwable thrown) {
    return thrown.getCause() == null ? thrown.getMessage() : rootMessage(thrown.getCause());
  }

  private Failure decide(String runId, Throwable thrown, String telling) throws IOException {
    Run run = ledger.run(runId);
    Throwable problem = understood(thrown);
    if (problem instanceof StaleReferences) {
      LOG.info("{}: {}", run.name(), problem.getMessage());
      ledger.moveTo(run.id(), RunState.INSPECTED);
      ledger.parked(run.id(), problem.getMessage(), FIRST_WAIT);
      return null;
    }
    if (problem instanceof RunFailure && run.isPaid()) {
      LOG.warn("{}: {} What is answered is delivered.", run.name(), problem.getMessage());
      ledger.moveTo(run.id(), RunState.COLLECTED);
    } else if (problem instanceof RunFailure) {
      return fail(run, problem.getMessage());
    } else {
      park(run, problem, telling);
    }
    return null;
  }

  private Failure fail(Run run, String why) throws IOException {
    Path input = run.source();
    if (run.fromInbox()) {
      // The input stays in the run's folder until the ledger knows: a kill in between repeats this.
      RunFolder folder = RunFolder.of(settings, run.id());
      Path failed = InputArchive.link(context.folders(run).failed(), run, folder);
      input = failed;
      Path explanation = explanationOf(failed);
      Path aside = AtomicFiles.aside(explanation, run.id());
      Files.writeString(aside, explanation(run, why));
      AtomicFiles.publish(aside, explanation);
      LOG.error("{}: {} See {}", run.name(), firstLine(why), explanation);
    } else {
      LOG.error("{}: {}", run.name(), firstLine(why));
    }
    ledger.failed(run.id(), why);
    claims.disown(run.id());
    RunFolder.of(settings, run.id()).remove();
    return new Failure(run.id(), run.name(), run.profile(), why, input.toString());
  }

  /** Where it stands why a file in the failed folder is there. */
  public static Path explanationOf(Path failed) {
    return failed.resolveSibling(failed.getFileName() + ".why.txt");
  }

  private String explanation(Run run, String why) {
    return String.join(
        "\n",
        run.name() + " could not be used. Nothing of it was sent.",
        "",
        "Why:  " + why,
        "When: " + clock.instant() + ", run " + run.id(),
        "",
        Files.exists(RunFolder.of(settings, run.id()).overrides())
            ? "Mend the file, or its settings in "
                + run.name()
                + ".properties, and move both back into "
                + context.folders(run).inbox()
                + " to try again, the settings first."
            : "Mend the file and move it back into "
                + context.folders(run).inbox()
                + " to try again.",
        "");
  }

  /** The others have been logged one by one when they were found. */
  private static String firstLine(String why) {
    return why.lines().findFirst().orElse("");
  }

  private void park(Run run, Throwable problem, String telling) {
    Duration wait = wait(run, problem);
    String reason = (telling == null ? "" : telling + ": ") + reason(run, problem);
    ledger.parked(run.id(), reason, wait);
    LOG.warn("{}: {} (tried again in {} s)", run.name(), reason, wait.toSeconds());
    if (isOurs(problem)) {
      LOG.error("This should not have happened", problem);
    }
  }

  private static Duration wait(Run run, Throwable problem) {
    if (problem instanceof ServiceFailure failure && failure.kind() == Kind.QUOTA) {
      return failure.retryAfter().orElse(Duration.ofMinutes(1));
    }
    return WAITS.after(run.tries());
  }

  private String reason(Run run, Throwable problem) {
    if (problem instanceof IOException && FullDisk.isMeant(problem)) {
      return FullDisk.reason(
          run.output().map(output -> output.toAbsolutePath().getParent()),
          settings.folders().state(),
          context.folders(run).outbox(),
          context.folders(run).archive(),
          context.folders(run).failed());
    }
    String message = problem.getMessage() == null ? "" : ": " + problem.getMessage();
    if (problem instanceof ServiceFailure || problem instanceof UsageException) {
      return problem.getMessage();
    }
    return Redactor.redact(problem.getClass().getSimpleName() + message);
  }

  /** The first cause whose meaning is known, else the problem as it is. */
  private static Throwable understood(Throwable thrown) {
    Throwable last = thrown;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof RunFailure || cause instanceof StaleReferences || isKnown(cause)) {
        return cause;
      }
      last = cause;
    }
    return last;
  }

  private static boolean isKnown(Throwable problem) {
    return problem instanceof ServiceFailure
        || problem instanceof UsageException
        || problem instanceof IOException;
  }

  /** What comes from a route of a user was never in our code. */
  private static boolean isOurs(Throwable problem) {
    return !isKnown(problem)
        && Arrays.stream(problem.getStackTrace())
            .anyMatch(frame -> frame.getClassName().startsWith("dev.geminibatch."));
  }
}
