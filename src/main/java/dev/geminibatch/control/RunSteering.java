package dev.geminibatch.control;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.RunControl;
import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunOptions;
import java.util.Optional;

/**
 * Stops runs, lets them go and gives them their share of turns. What is written into the ledger is
 * obeyed by whoever works on the run.
 *
 * <p>What cannot be done is refused with a {@link UsageException} that says why.
 */
public final class RunSteering {
  private final Ledger ledger;

  /** Steers the runs of a ledger. */
  public RunSteering(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * What was done.
   *
   * @param sentence what is so now
   * @param next what else there is to know, or to do by a command; empty if there is nothing
   * @param isForTheDaemon whether it takes effect only when somebody works on the run
   */
  public record Done(String sentence, String next, boolean isForTheDaemon) {}

  /** Sends nothing more of a run until it is resumed. */
  public Done pause(Run run) {
    requireUnfinished(run, "pause");
    if (run.isCancelled()) {
      throw new UsageException(shown(run) + " is being cancelled; there is nothing to pause.");
    }
    String resume = "To resume it: --resume " + run.id();
    if (!ledger.control().pause(run.id())) {
      return new Done(shown(run) + " is paused already.", resume, false);
    }
    String rest =
        run.isPaid() ? " Its jobs at the service continue, and their answers are fetched." : "";
    return new Done(shown(run) + " is paused: nothing more of it is sent." + rest, resume, false);
  }

  /** Lets a run go on that is paused, or that was held because it ended the program. */
  public Done resume(Run run) {
    requireUnfinished(run, "resume");
    if (ledger.control().resume(run.id())) {
      return new Done(shown(run) + " is resumed.", "", true);
    }
    if (run.waiting().isHeldForStrikes()) {
      ledger.strikes(Capacity.present()).retry(run.id());
      return new Done(shown(run) + " is tried once more.", "", true);
    }
    if (run.isHeld()) {
      throw new UsageException(
          shown(run)
              + " is not paused; a route of yours holds it ("
              + Visible.line(run.reason().orElse("without a reason"))
              + "). A route releases it, or a person in the window.");
    }
    return new Done(shown(run) + " is not paused.", "", false);
  }

  /** Lets a run go on that a route holds, or that is held because it ended the program. */
  public Done release(Run run) {
    requireUnfinished(run, "release");
    if (run.waiting().isHeldForStrikes()) {
      return resume(run);
    }
    return ledger.control().release(run.id())
        ? new Done(
            shown(run) + " is released. It comes to your route once more, which may hold it again.",
            "",
            true)
        : new Done(shown(run) + " is not held by a route.", "", false);
  }

  /** Ends a run; what is answered is delivered. */
  public Done cancel(Run run) {
    requireUnfinished(run, "cancel");
    RunControl control = ledger.control();
    Optional<String> follower = run.isPaid() ? control.follower(run.id()) : Optional.empty();
    if (follower.isPresent() && !run.isCancelled()) {
      throw new UsageException(
          shown(run)
              + " is not cancelled: its jobs answer "
              + Visible.line(follower.get())
              + " as well, which has the same content. Cancel that run first.");
    }
    if (control.cancel(run.id())) {
      return new Done(
          shown(run)
              + " is cancelled. What is answered is delivered, the rest is in its errors file.",
          wantedByOthers(run).map(job -> untilItEnds(run, job)).orElse(""),
          true);
    }
    String sentence =
        ledger.packs().leave(run.id()) > 0
            ? " waits no more for the answers of the job that it shares."
            : " is being cancelled already.";
    return new Done(shown(run) + sentence, "", true);
  }

  /** A job of the run that is with the service and that others still want. */
  private Optional<Job> wantedByOthers(Run run) {
    return ledger.jobs().of(run.id()).stream()
        .filter(job -> job.state() == JobState.OPEN)
        .filter(job -> job.remote().pack().filter(ledger.packs()::isWanted).isPresent())
        .findFirst();
  }

  private String untilItEnds(Run run, Job job) {
    return "Its requests are with the service in "
        + job.shownName()
        + ledger.packs().sharing(job).map(sharing -> ", " + sharing.inWords()).orElse("")
        + ": what that job answers is paid for, and is delivered when it has ended. To end the run now,"
        + " without these answers: --cancel-run "
        + run.id()
        + " again.";
  }

  /**
   * Changes the share of turns that a run gets.
   *
   * @param priority from 1 to {@link RunOptions#HIGHEST_PRIORITY}
   */
  public Done setPriority(Run run, int priority) {
    requireUnfinished(run, "send");
    ledger.control().setPriority(run.id(), priority);
    return new Done(shown(run) + " has priority " + priority + " now.", "", false);
  }

  private static void requireUnfinished(Run run, String what) {
    if (run.state().isFinished()) {
      throw new UsageException(
          shown(run)
              + (run.isDelivered() ? " is delivered" : " has failed")
              + " already; there is nothing to "
              + what
              + ".");
    }
  }

  private static String shown(Run run) {
    return Visible.line(run.name()) + " (run " + run.id() + ")";
  }
}
