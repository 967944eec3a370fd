package dev.geminibatch.maintenance;

import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the answers of a job that is about to be deleted, because they go with it: for the runs
 * of ours that wait for them, or into files of their own.
 */
public final class AnswerRescue {
  private static final Logger LOG = LoggerFactory.getLogger("maintenance");

  private final Workspace workspace;
  private final JobDownload download;
  private final boolean isForRuns;
  private final boolean isForOthers;
  private final Consumer<String> tell;

  private AnswerRescue(
      Workspace workspace, boolean isForRuns, boolean isForOthers, Consumer<String> tell) {
    this.workspace = workspace;
    this.download = new JobDownload(workspace);
    this.isForRuns = isForRuns;
    this.isForOthers = isForOthers;
    this.tell = tell;
  }

  /**
   * For a person.
   *
   * @param isWanted whether they are fetched, or only mentioned
   * @param tell receives what became of answers that had not been fetched
   */
  public static AnswerRescue forPerson(
      Workspace workspace, boolean isWanted, Consumer<String> tell) {
    return new AnswerRescue(workspace, isWanted, isWanted, tell);
  }

  /** For routes: only runs of ours get theirs, since nobody says where files should go. */
  public static AnswerRescue forRoutes(Workspace workspace) {
    return new AnswerRescue(workspace, true, false, LOG::warn);
  }

  /**
   * Fetches what there is, unless it has been fetched.
   *
   * @param job which has ended
   * @throws IOException when that is not possible at present, so that the job must stay
   */
  public void rescue(RemoteJob job) throws IOException {
    if (job.name().isEmpty() || job.answers().isEmpty()) {
      return;
    }
    Ledger ledger = workspace.ledger();
    List<Job> ours = ledger.packs().named(job.jobName());
    if (!ours.isEmpty() && ours.stream().allMatch(each -> each.state() == JobState.COLLECTED)) {
      return;
    }
    List<Run> waiting =
        ledger.queries().unfinishedOf(job.jobName()).stream()
            .filter(run -> ours.stream().anyMatch(each -> isMissing(each, run)))
            .toList();
    boolean isWanted = waiting.isEmpty() ? isForOthers : isForRuns;
    if (!isWanted) {
      tell.accept(job.name() + ": its answers have not been fetched, and go with it.");
      return;
    }
    try {
      if (waiting.isEmpty()) {
        keepInFiles(job);
      } else {
        keepForRuns(job, ours.get(0), waiting);
      }
    } catch (ServiceFailure failure) {
      if (failure.kind() != Kind.NOT_FOUND) {
        throw stays(job, failure.getMessage());
      }
      tell.accept(job.name() + ": its answers are not with the service any more.");
    } catch (IOException e) {
      throw stays(job, String.valueOf(e.getMessage()));
    }
  }

  private static boolean isMissing(Job job, Run run) {
    return job.runId().equals(run.id()) && job.state() != JobState.COLLECTED;
  }

  private static IOException stays(RemoteJob job, String why) {
    return new IOException(
        job.name()
            + " is not deleted, because its answers could not be fetched ("
            + Visible.line(why)
            + "). Try again, or add --no-fetch to delete it with them.");
  }

  /** As if their process had fetched them: it finds them when it collects the job. */
  private void keepForRuns(RemoteJob job, Job ours, List<Run> waiting) throws IOException {
    Optional<PackFolder> pack = ours.remote().pack().map(workspace.state()::pack);
    Path answers =
        pack.map(PackFolder::answers)
            .orElseGet(() -> workspace.state().run(ours.runId()).answers(ours.number()));
    if (!Files.exists(answers)) {
      Path aside = AtomicFiles.aside(answers, "deleting");
      Files.deleteIfExists(aside);
      PrivateFiles.createFile(aside);
      download.fetch(job, aside, received -> {});
      AtomicFiles.publish(aside, answers);
    }
    try {
      workspace.ledger().jobs().ended(ours, state(job), job.answers().orElseThrow(), reason(job));
    } catch (IllegalStateException e) {
      return; // their process has collected them in the meantime
    }
    Run first = waiting.get(0);
    tell.accept(
        job.name()
            + ": its answers had not been fetched; now they are, for "
            + Visible.line(first.name())
            + " (run "
            + first.id()
            + ")"
            + (waiting.size() == 1
                ? ""
                : " and " + Amounts.count(waiting.size() - 1, "other run") + " that share it")
            + ".");
  }

  private static String state(RemoteJob job) {
    return job.state() == RemoteJobState.CANCELLED
        ? RemoteJobState.CANCELLED.name()
        : job.stateText();
  }

  private static String reason(RemoteJob job) {
    boolean isSuccess = job.state() == RemoteJobState.SUCCEEDED || !job.state().isEnded();
    return isSuccess
        ? null
        : job.state() == RemoteJobState.CANCELLED
            ? "it was cancelled (" + job.reason() + ")"
            : job.reason();
  }

  private void keepInFiles(RemoteJob job) throws IOException {
    ResultFiles files = ResultFiles.inFolder(Path.of(""), job.jobName().id());
    if (Files.exists(files.results())) {
      return; // by --poll, or by an earlier try
    }
    List<JobDownload.Fetched> fetched = download.download(job, files, received -> {});
    Path where = fetched.get(0).isPart() ? files.parts() : files.results();
    tell.accept(job.name() + ": its answers had not been fetched; now they are in " + where);
  }
}
