package dev.geminibatch.stage;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.job.JobLimits;
import dev.geminibatch.job.JobRules;
import dev.geminibatch.job.LineLimit;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunStopped;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.Connections;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.time.Clock;
import java.util.function.Function;

/**
 * What every stage works with.
 *
 * @param settings what holds for all runs; for one run, see {@link #settings(Run)}
 */
public record StageContext(
    Ledger ledger,
    Leases leases,
    BusyRuns busy,
    Settings settings,
    Connections connections,
    AccountRefusals accounts,
    Clock clock,
    Progress progress) {

  /** As they are now: some change while the process runs. */
  @Override
  public Settings settings() {
    return settings.profiles().of(settings.profile());
  }

  /** The state folder. */
  public StateFolder state() {
    return settings.folders().stateFolder();
  }

  /** The files of a run. */
  public RunFolder folder(String runId) {
    return state().run(runId);
  }

  /** The files of a run. */
  public RunFolder folder(Run run) {
    return folder(run.id());
  }

  /**
   * What is set for a run: by its profile, and by the file that was dropped beside its input. Reads
   * that file, so a stage asks once.
   *
   * @throws UsageException when its profile is not set any more, or the file is wrong
   */
  public Settings settings(Run run) throws IOException {
    return FileOverrides.of(folder(run).overrides(), run.name(), settings, run.profile());
  }

  /**
   * Ends what is done to get a run sent, if a person has paused or cancelled it in the meantime.
   * Cheap: as far as the last tick has seen.
   *
   * @throws RunStopped if so
   */
  public void checkGoing(String runId) {
    if (busy.isStopped(runId)) {
      throw new RunStopped(ledger.queries().run(runId));
    }
  }

  /** Where files of a run come and go; a run whose profile is not set any more uses the default. */
  public Settings.Folders folders(Run run) {
    return settings.profiles().has(run.profile())
        ? settings.profiles().of(run.profile()).folders()
        : settings.folders();
  }

  /** How large the jobs of a run may be, and how their tokens are counted. */
  public JobRules jobRules(Run run) {
    Settings set =
        settings.profiles().has(run.profile()) ? settings.profiles().of(run.profile()) : settings();
    return new ModelRules(
        set.jobs().limits(), ledger.tokenFactors()::of, model -> limit(run, model));
  }

  /** How many tokens of a model may be enqueued for the project of a run. */
  public TokenRoom.Limit limit(Run run, String model) {
    return settings.profiles().hasKey(run.profile())
        ? room()
            .limit(connection(run).project(), model, settings.profiles().of(run.profile()).jobs())
        : TokenRoom.Limit.NONE;
  }

  /** How many tokens of a model may be enqueued for a project, as set for its first profile. */
  public CreationQueue.Limit limit(ProjectId project, String model) {
    return settings.profiles().all().stream()
        .filter(each -> each.service().key().isPresent())
        .filter(each -> connections.of(each.service()).project().equals(project))
        .findFirst()
        .map(each -> room().limit(project, model, each.jobs()).inQueue())
        .orElse(CreationQueue.Limit.NONE);
  }

  /** How many tokens may be enqueued. */
  public TokenRoom room() {
    return new TokenRoom(ledger.limits(), ledger.tokenFactors());
  }

  private record ModelRules(
      JobLimits all,
      Function<String, TokenCorrection> learned,
      Function<String, TokenRoom.Limit> room)
      implements JobRules {
    @Override
    public JobLimits limits(String model) {
      return all.withMaxTokens(room.apply(model).perJobIfKnown());
    }

    @Override
    public LineLimit lineLimit(String model) {
      return room.apply(model).line();
    }

    @Override
    public TokenCorrection correction(String model) {
      return learned.apply(model);
    }
  }

  /** Shows how far the service is with a job. */
  public void showWaiting(Run run, Job job, RemoteJob seen) {
    // The number of a job says nothing of one that runs share, and whose requests are counted here.
    String name = job.remote().pack().isPresent() ? job.shownName() : job.label();
    String what = "waiting for " + name + ", " + seen.stateWords();
    long done = seen.counts().succeeded() + seen.counts().failed();
    progress.step(run, what, done, job.requests(), Unit.REQUESTS);
  }

  /**
   * The service, with the key of a run's profile.
   *
   * @throws UsageException when the profile is not set any more
   */
  public Connection connection(Run run) {
    return connections.of(settings.profiles().of(run.profile()).service());
  }
}
