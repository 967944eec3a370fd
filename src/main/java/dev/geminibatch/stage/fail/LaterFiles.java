package dev.geminibatch.stage.fail;

import dev.geminibatch.io.FileState;
import dev.geminibatch.ledger.Restoration;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.stage.StageContext;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs whose files are of a later time than what the ledger knows of them, since it has gone back:
 * what they need next was there, and is removed. They begin again with their input; a job that they
 * had is found by its name. One with a job in the ledger is left to a person.
 */
final class LaterFiles {
  private static final Logger LOG = LoggerFactory.getLogger("failures");

  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  private final StageContext context;
  private final Restoration restoration;

  LaterFiles(StageContext context) {
    this.context = context;
    this.restoration = context.ledger().restoration();
  }

  /** Whether that is why a run failed. */
  boolean isMeant(Run run, Throwable problem) {
    return (problem instanceof NoSuchFileException || problem instanceof FileNotFoundException)
        && String.valueOf(problem.getMessage()).startsWith(context.folder(run).path().toString())
        && restoration.concerns(run);
  }

  void take(Run run) throws IOException {
    RunFolder folder = context.folder(run);
    String why =
        "The ledger "
            + restoration.inWords().orElseThrow()
            + "; this run was worked on after that, and files that it needs are not there any more. ";
    if (!run.isPaid()
        && run.state().mayBecome(RunState.RECEIVED)
        && Files.exists(folder.received(run))) {
      again(run, folder, why + "It begins again with its input; jobs that it had are found again");
    } else {
      pause(run, why);
    }
  }

  private void again(Run run, RunFolder folder, String reason) throws IOException {
    FileState input = InputGuard.takeAgain(run, folder, context.settings().inputLimits());
    folder.removeMadeLines();
    context.ledger().runs().receivedAgain(run.id(), input.size(), input.modifiedMillis());
    context.ledger().runs().parked(run.id(), reason, AT_ONCE);
    LOG.warn("{}: {}", run.name(), reason);
  }

  private void pause(Run run, String why) {
    String reason =
        why
            + "See whether its results are in "
            + context.folders(run).outbox()
            + ". If not, fetch the answers of its jobs with --poll JOB. Then end it with --cancel-run "
            + run.id();
    context.ledger().control().pause(run.id(), reason);
    LOG.error("{}: paused. {}", run.name(), reason);
  }
}
