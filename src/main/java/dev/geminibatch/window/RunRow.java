package dev.geminibatch.window;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A run in a list.
 *
 * @param kind gives its state a colour
 * @param note what it waits for, or how its jobs are
 * @param answered percent of its requests
 * @param since how long it has been in its state, in words
 */
record RunRow(
    String id,
    String name,
    String profile,
    String state,
    String kind,
    String note,
    long requests,
    int answered,
    String since) {

  static RunRow of(Run run, Ledger ledger, Instant now) {
    List<Job> jobs = run.state().isFinished() ? List.of() : ledger.jobs().of(run.id());
    return new RunRow(
        run.id(),
        run.name(),
        run.profile(),
        StatusView.state(run),
        kind(run),
        StatusView.note(run, jobs, ledger.packs()::sharing, ledger.jobs()::pace, now),
        run.counts().requests(),
        percent(run.counts().answered(), run.counts().requests()),
        Amounts.time(Duration.between(run.updated(), now)));
  }

  /** The class that gives the state of a run its colour. */
  static String kind(Run run) {
    if (run.state() == RunState.FAILED) {
      return "final";
    }
    return run.isDelivered() ? "answered" : run.isPaused() || run.isHeld() ? "again" : "open";
  }

  static int percent(long some, long all) {
    return all == 0 ? 0 : (int) (100 * some / all);
  }
}
