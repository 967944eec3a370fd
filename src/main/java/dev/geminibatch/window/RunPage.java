package dev.geminibatch.window;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import java.util.List;

/**
 * All about one run.
 *
 * @param done what has just been done to it; empty if nothing was
 */
record RunPage(Frame frame, Run run, RunRow row, List<JobRow> jobs, String done) {
  /** One of its jobs. */
  record JobRow(String name, String model, String state, String requests, String answered) {
    static JobRow of(Job job) {
      return new JobRow(
          job.shownName(),
          job.model(),
          StatusView.state(job).replace('_', ' '),
          Amounts.count(job.requests()),
          Amounts.count(job.outcome().answered()));
    }
  }

  /** What can be done to it at present. */
  List<RunAction> actions() {
    return RunAction.of(run);
  }
}
