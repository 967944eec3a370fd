package dev.geminibatch.stage.submit;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.media.StaleReferences;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.run.InputChanged;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunStopped;
import dev.geminibatch.run.Suspicion;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.JobFileAhead;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the jobs of a run to the service, each exactly once. A job for which there is no room waits
 * in the {@link CreationQueue}.
 */
public final class Submitter {
  private static final Logger LOG = LoggerFactory.getLogger("submit");

  private static final String UNCLEAR =
      "It is not clear whether the service has created a job; it is searched for, and created only"
          + " once it is certain that it was not";

  private static final Set<JobState> UNSENT = EnumSet.of(JobState.ASSEMBLED, JobState.UPLOADED);

  private static final Duration SEARCH_AGAIN = Duration.ofSeconds(10);

  private final StageContext context;
  private final Ledger ledger;
  private final CreationQueue queue;
  private final UploadCache references;
  private final JobUpload upload;
  private final JobRoom room;
  private final JobCreation creation;

  public Submitter(
      StageContext context, CreationQueue queue, UploadCache references, JobFileAhead ahead) {
    this.context = context;
    this.ledger = context.ledger();
    this.queue = queue;
    this.references = references;
    this.upload = new JobUpload(context, ahead);
    this.room = new JobRoom(context, queue);
    this.creation = new JobCreation(context, queue, upload, room);
  }

  /**
   * Takes every job of the run as far as it goes; run again, it resumes where it stopped.
   *
   * @return whether all of them are with the service now
   */
  public boolean submit(String runId) throws IOException {
    return take(runId) == Submission.DONE;
  }

  /** As {@link #take}, in a word: a route would convert a constant each time to compare it. */
  public String submission(String runId) throws IOException {
    return take(runId).name();
  }

  /** As {@link #submit}, and says whether the run waits for others to share a job with. */
  public Submission take(String runId) throws IOException {
    Run run = ledger.queries().run(runId);
    List<Job> all = ledger.jobs().of(runId);
    if (!run.isStopped() && checkReferences(run, all)) {
      all = ledger.jobs().of(runId);
    }
    // What may exist already is searched for first, and waits for nobody: it may be paid for.
    boolean isUnclear = false;
    for (Job job : all) {
      boolean isMine = job.remote().pack().isEmpty();
      isUnclear |= isMine && job.state() == JobState.CREATING && !creation.settle(run, job);
    }
    if (run.isStopped()) {
      stop(run, isUnclear);
      return Submission.WAITS;
    }
    if (run.isQueued() && run.waiting().nextTry().isAfter(context.clock().instant())) {
      return Submission.WAITS; // the rest waits its time
    }
    boolean isOneSearchedFor = all.stream().anyMatch(job -> job.state() == JobState.CREATING);
    Optional<Submission> gathering = gather(run, isOneSearchedFor ? ledger.jobs().of(runId) : all);
    if (gathering.isPresent()) {
      return gathering.get();
    }
    ProjectId project = context.connection(run).project();
    for (Job job : ledger.jobs().unsent(runId)) {
      if (job.state() == JobState.UPLOADED && !job.isOf(project)) {
        ledger.jobs().notUploaded(job); // the file belongs to the project of another key
      }
    }
    queue.enter(run, project);
    List<Outcome> outcomes = send(run, project);
    isUnclear |= outcomes.stream().anyMatch(Outcome::isUnclear);
    Optional<CreationQueue.Place> place =
        outcomes.stream().flatMap(outcome -> outcome.place().stream()).findFirst();
    if (place.isPresent()) {
      queued(run, place.get());
    } else if (isUnclear) {
      ledger.runs().parked(runId, UNCLEAR, SEARCH_AGAIN);
    } else {
      ledger.runs().submitted(runId);
      return Submission.DONE;
    }
    return Submission.WAITS;
  }

  /** What became of each model, the one whose turn is first first. */
  private List<Outcome> send(Run run, ProjectId project) throws IOException {
    Sending sending =
        new Sending(
            run,
            project,
            new ModelsAtOnce(() -> context.busy().help(run)),
            new InputGuard.BeforePaying(),
            new UploadProgress(context.progress(), run));
    List<String> models =
        ledger.jobs().unsent(run.id()).stream().map(Job::model).distinct().toList();
    return sending.models().each(models, model -> send(sending, model));
  }

  /** What is known while the jobs of a run are sent. */
  private record Sending(
      Run run,
      ProjectId project,
      ModelsAtOnce models,
      InputGuard.BeforePaying guard,
      UploadProgress shown) {}

  /** Sends the jobs of a model, until one has to wait. */
  private Outcome send(Sending sending, String model) throws IOException {
    Run run = sending.run();
    boolean isUnclear = false;
    Deque<Job> jobs = unsent(run, model);
    while (!jobs.isEmpty() && !sending.models().hasFailed()) {
      Outcome outcome = submit(sending, jobs.poll());
      isUnclear |= outcome.isUnclear();
      if (outcome.place().isPresent()) {
        return new Outcome(outcome.place(), false, isUnclear);
      }
      if (outcome.isCut()) {
        queue.enter(run, sending.project());
        jobs = unsent(run, model);
      }
    }
    return isUnclear ? Outcome.UNCLEAR : Outcome.DONE;
  }

  private Deque<Job> unsent(Run run, String model) {
    return ledger.jobs().unsent(run.id()).stream()
        .filter(job -> job.model().equals(model))
        .collect(Collectors.toCollection(ArrayDeque::new));
  }

  /** A small run waits for others, unless something is wrong with it, which its own stage says. */
  private Optional<Submission> gather(Run run, List<Job> all) throws IOException {
    List<Job> unsent = all.stream().filter(job -> UNSENT.contains(job.state())).toList();
    Settings.Packing packing = context.settings(run).jobs().packing();
    if (!isSmall(run, all, packing) || !mayShare(run, unsent, packing)) {
      return Optional.empty();
    }
    for (Job job : unsent) {
      if (wasChanged(run, job, InputGuard::check)) {
        return Optional.empty();
      }
    }
    // If nobody says before that all are there, the tick finds out.
    Duration time = packing.longestWait().plus(packing.gathering());
    String model = unsent.get(0).model();
    ProjectId project = context.connection(run).project();
    queue.gather(run, project, CreationQueue.gathering(model, project, time));
    return Optional.of(Submission.GATHERS);
  }

  /** The last jobs of a large run do not make it a small one, what is sent once more does. */
  private static boolean isSmall(Run run, List<Job> all, Settings.Packing packing) {
    long requests =
        all.stream().filter(job -> job.attempt() == run.attempt()).mapToLong(Job::requests).sum();
    return requests < packing.below();
  }

  /**
   * What was restored is sent under a name by which it would be found if it had been sent before.
   */
  private boolean mayShare(Run run, List<Job> unsent, Settings.Packing packing) {
    return packing.isOn()
        && !ledger.restoration().concerns(run)
        && run.fromInbox()
        && run.waiting().suspicion() == Suspicion.NONE
        && !unsent.isEmpty()
        && unsent.stream()
            .allMatch(
                job -> job.state() == JobState.ASSEMBLED && job.remote().packMost().orElse(2) > 1);
  }

  /** A person has paused or cancelled it: nothing more is sent, of a cancelled run ever. */
  private void stop(Run run, boolean isUnclear) {
    if (isUnclear) {
      ledger.runs().parked(run.id(), UNCLEAR, SEARCH_AGAIN);
    } else if (run.isCancelled()) {
      ledger
          .jobs()
          .unsent(run.id())
          .forEach(job -> endUnsent(job, JobProblem.Kind.RUN_CANCELLED, "the run was cancelled"));
      ledger.runs().submitted(run.id());
    }
  }

  private static boolean isUnsent(Job job) {
    return job.state().compareTo(JobState.CREATING) < 0;
  }

  private void queued(Run run, CreationQueue.Place place) {
    if (!run.reason()
        .map(Submitter::withoutNumbers)
        .equals(Optional.of(withoutNumbers(place.reason())))) {
      LOG.info("{}: {}", run.name(), place.reason());
    }
    ledger.runs().queued(run.id(), place);
  }

  /** The numbers change from one try to the next. */
  private static String withoutNumbers(String reason) {
    return reason.replaceAll("[\\d.,:]+", "");
  }

  /**
   * Files may have died while the run waited, all of it or its last jobs.
   *
   * @return whether jobs were ended for that
   */
  private boolean checkReferences(Run run, List<Job> all) {
    List<Job> jobs = all.stream().filter(job -> job.attempt() == run.attempt()).toList();
    List<Job> left = jobs.stream().filter(Submitter::isUnsent).toList();
    if (left.isEmpty()) {
      return false;
    }
    try {
      references.requireLiveReferences(run.id(), run.attempt(), context.connection(run).project());
      return false;
    } catch (StaleReferences stale) {
      if (left.size() == jobs.size()) {
        throw stale;
      }
      left.forEach(job -> endUnsent(job, JobProblem.Kind.FILES_GONE, stale.getMessage()));
      return true;
    }
  }

  private void endUnsent(Job job, JobProblem.Kind kind, String why) {
    ledger.jobs().ended(job, kind.name(), null, "not sent: " + why);
  }

  private Outcome submit(Sending sending, Job job) throws IOException {
    Run run = sending.run();
    Job current = job;
    requireGoing(run);
    Optional<Outcome> unfit = room.unfit(run, job);
    if (unfit.isPresent()) {
      return unfit.get();
    }
    Optional<CreationQueue.Place> place = queue.placeFor(run, job, sending.project());
    if (place.isPresent()) {
      return Outcome.waits(place.get());
    }
    if (current.state() == JobState.ASSEMBLED) {
      if (wasChanged(run, current, InputGuard::check)) {
        return Outcome.DONE;
      }
      String file = sending.models().call(() -> upload.upload(run, job, sending.shown()));
      // What was sent is what was checked only if nothing has changed in the meantime either.
      if (wasChanged(run, current, sending.guard()::check)) {
        return Outcome.DONE;
      }
      ledger.jobs().uploaded(current, sending.project(), file);
      if (sending.models().hasFailed()) {
        return Outcome.DONE; // as far as it goes; what has failed is passed on
      }
      current = ledger.jobs().job(run.id(), job.number());
    }
    return creation.create(run, current, sending.models());
  }

  /** A person may have paused or cancelled it while an earlier job was sent. */
  private void requireGoing(Run run) {
    Run now = ledger.queries().run(run.id());
    if (now.isStopped()) {
      throw new RunStopped(now);
    }
  }

  private interface InputCheck {
    void check(Run run, RunFolder folder) throws IOException;
  }

  /** Whether the input is no longer what it was; the job's file is put together from it. */
  private boolean wasChanged(Run run, Job job, InputCheck check) throws IOException {
    RunFolder folder = context.folder(run);
    try {
      check.check(run, folder);
      return false;
    } catch (InputChanged changed) {
      Run now = ledger.queries().run(run.id()); // some of it may be paid for by now
      if (!now.isPaid()) {
        throw changed;
      }
      if (!run.isPaid()) {
        return wasChanged(now, job, check);
      }
      LOG.warn("{}: job {} is not sent: {}", run.name(), job.number(), changed.getMessage());
      endUnsent(job, JobProblem.Kind.INPUT_CHANGED, changed.getMessage());
      return true;
    }
  }
}
