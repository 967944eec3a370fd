package dev.geminibatch.stage.collect;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.line.LineNumberSet;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RejectedLine;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.InputLines;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a run that a person has cancelled before its lines, or those to send again, had a job. */
final class Cancellation {
  private static final Logger LOG = LoggerFactory.getLogger("collect");

  private static final Set<RunState> BEFORE_JOBS =
      EnumSet.of(RunState.RECEIVED, RunState.INSPECTED, RunState.UPLOADED, RunState.FOLLOWING);

  private static final LineProblem CANCELLED =
      ProblemCode.RUN_CANCELLED.problem("the run was cancelled before the request was sent");

  private final StageContext context;

  Cancellation(StageContext context) {
    this.context = context;
  }

  /**
   * Has every line of the attempt end as cancelled, unless there is something wrong with it.
   *
   * @return false if the run has jobs, which end by themselves
   */
  boolean end(Run run) throws IOException {
    if (!BEFORE_JOBS.contains(run.state())) {
      return false;
    }
    RunFolder folder = context.folder(run);
    Settings set = settings(run);
    boolean isFirst = run.attempt() == 1;
    if (isFirst && !Files.exists(folder.changed())) {
      InputLines.prepare(run, folder, set.inputLimits(), context.progress());
    }
    long lines = reject(run, folder, set);
    if (isFirst && lines == 0) {
      throw new RunFailure("The run was cancelled, and the file holds no lines.");
    }
    context.ledger().control().ended(run.id(), lines);
    LOG.info(
        "{}: {} cancelled before {} sent{}",
        run.name(),
        Amounts.count(lines, "request"),
        lines == 1 ? "it was" : "they were",
        isFirst ? "" : " again");
    return true;
  }

  private Settings settings(Run run) throws IOException {
    try {
      return context.settings(run);
    } catch (UsageException e) {
      context.connection(run); // a profile that is missing is another matter
      throw new RunFailure(
          "The run was cancelled, and its own settings are wrong: " + e.getMessage());
    }
  }

  private long reject(Run run, RunFolder folder, Settings set) throws IOException {
    boolean isFirst = run.attempt() == 1;
    LongPredicate wanted =
        isFirst ? number -> true : LineNumberSet.read(folder.lines(run.attempt()))::contains;
    RequestReader requests = new RequestReader(set.lines().maxBytes(), set.requests().defaults());
    long size = Files.size(folder.input());
    return EndedLines.write(
        folder,
        run.attempt(),
        set.lines().maxBytes(),
        wanted,
        line -> {
          context
              .progress()
              .step(run, "ending lines", line.offset() + line.size(), size, Unit.BYTES);
          return requests.read(line) instanceof RejectedLine bad ? bad.problem() : CANCELLED;
        });
  }
}
