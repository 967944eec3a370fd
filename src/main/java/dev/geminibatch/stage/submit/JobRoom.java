package dev.geminibatch.stage.submit;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.job.JobCutter;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.JobLedger;
import dev.geminibatch.ledger.LearnedLimits;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.TokenRoom;
import dev.geminibatch.stage.TokenRoom.Limit;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a job fit into what may be enqueued for its model: it is cut if it is too large for that.
 * What the service refuses for lack of quota while nobody has a job open is too large.
 */
final class JobRoom {
  private static final Logger LOG = LoggerFactory.getLogger("submit");

  /** A job below what is credible is believed only when it has been refused so often. */
  private static final int REFUSALS_OF_A_SMALL_JOB = 3;

  /** So many foreign jobs are named. */
  private static final int NAMED = 3;

  private static final int REMEMBERED = 1_000;

  private final StageContext context;
  private final CreationQueue queue;
  private final JobLedger jobs;
  private final LearnedLimits learned;

  /** How often jobs were refused while nobody had a job open. */
  private final Map<String, Integer> refusedAlone =
      Collections.synchronizedMap(new LruMap<>(REMEMBERED));

  JobRoom(StageContext context, CreationQueue queue) {
    this.context = context;
    this.queue = queue;
    this.jobs = context.ledger().jobs();
    this.learned = context.ledger().limits();
  }

  /**
   * What becomes of a job that is too large for its model; empty if it is not. It is not cut while
   * its first piece would have to wait: until then it may be learned that it fits as it is.
   */
  Optional<Outcome> unfit(Run run, Job job) throws IOException {
    Limit limit = context.limit(run, job.model());
    if (!limit.isAny() || job.remote().pack().isPresent()) {
      return Optional.empty();
    }
    Job sized = sized(run, job);
    long tokens = sized.size().tokens();
    ProjectId project = project(run);
    if (sized.requests() == 1 && limit.line().isOver(tokens)) {
      overQuota(run, sized, limit.line().words(tokens));
      return Optional.of(Outcome.DONE);
    }
    long enqueued = learned.enqueued(project, job.model());
    if (enqueued > 0 && enqueued + sized.size().firstTokens(limit.perJob()) > limit.total()) {
      return Optional.of(Outcome.waits(queue.noTokens(sized, project, enqueued, limit.inQueue())));
    }
    if (sized.size().isCutFor(limit.perJob())) {
      cut(run, sized, limit);
      return Optional.of(Outcome.CUT);
    }
    return Optional.empty();
  }

  /** Jobs of older versions do not know how much they ask for. */
  private Job sized(Run run, Job job) throws IOException {
    if (job.size().tokens() > 0) {
      return job;
    }
    jobs.sized(job, cutter(run, job).size(job));
    return jobs.job(run.id(), job.number());
  }

  private JobCutter cutter(Run run, Job job) {
    return new JobCutter(context.folder(run), context.jobRules(run).correction(job.model()));
  }

  private void cut(Run run, Job job, Limit limit) throws IOException {
    RunFolder folder = context.folder(run);
    int last = jobs.of(run.id()).stream().mapToInt(Job::number).max().orElseThrow();
    JobCutter.Sizes sizes = limit.isKnown() ? JobCutter.Sizes.EQUAL : JobCutter.Sizes.DOUBLING;
    List<Job> pieces = cutter(run, job).cut(job, limit.perJob(), sizes, last + 1);
    jobs.cut(job, pieces, queue.steps(run, pieces, project(run)));
    folder.removeJob(job.number());
    if (job.state() == JobState.UPLOADED) {
      forget(run, job);
    }
    LOG.info(
        "{}: job {} has about {}, and the service takes about {} of {} at once; it is cut into {}",
        run.name(),
        job.number(),
        Amounts.count(job.size().tokens(), "token"),
        Amounts.count(limit.total()),
        job.model(),
        Amounts.count(pieces.size(), "job"));
  }

  /** Its file would take room for two days. */
  private void forget(Run run, Job job) throws IOException {
    try {
      context.connection(run).files().deleteFile(job.inputFile().orElseThrow());
    } catch (ServiceFailure failure) {
      LOG.debug("{} is not deleted: {}", job.inputFile(), failure.getMessage());
    }
  }

  private void overQuota(Run run, Job job, String why) {
    LOG.warn("{}: job {} is not sent: {}", run.name(), job.number(), why);
    jobs.ended(job, JobProblem.Kind.OVER_QUOTA.name(), null, why);
  }

  /** The service has created a job. */
  void accepted(Run run, Job job) {
    ProjectId project = project(run);
    refusedAlone.remove(key(job));
    LearnedLimits.Shown shown = learned.of(project, job.model());
    if (job.remote().pack().isEmpty() && job.size().tokens() > shown.allowed()) {
      context.room().accepted(project, job.model(), job.size().tokens());
    }
    boolean mayBeMore = learned.enqueued(project, job.model()) > shown.allowed();
    if (shown.refused().isPresent() && mayBeMore) {
      context.room().accepted(project, job.model(), stillEnqueued(run, job));
    }
  }

  /** Jobs may have ended since they were polled: what they had does not count any more. */
  private long stillEnqueued(Run run, Job job) {
    try {
      return context.connection(run).batches().jobs(Optional.empty()).jobs().stream()
          .filter(each -> !each.isEnded())
          .flatMap(each -> jobs.named(each.jobName()).stream())
          .filter(each -> each.model().equals(job.model()) && isEnqueued(each))
          .mapToLong(each -> each.size().tokens())
          .sum();
    } catch (ServiceFailure failure) {
      return 0; // then this one teaches nothing
    }
  }

  private static boolean isEnqueued(Job job) {
    return job.state() == JobState.CREATING || job.state() == JobState.OPEN;
  }

  /** What becomes of a job that the service has refused for lack of quota. */
  Outcome refused(Run run, Job refused, ServiceFailure failure) throws IOException {
    if (TokenRoom.isPerTime(failure) || refused.remote().pack().isPresent()) {
      return Outcome.waits(queue.afterRefusal(run, refused, failure, ""));
    }
    Optional<String> foreign = foreign(run, refused);
    if (foreign.isPresent()) {
      return Outcome.waits(queue.afterRefusal(run, refused, failure, foreign.get()));
    }
    Job job = sized(run, refused);
    ProjectId project = project(run);
    long allowed = learned.of(project, job.model()).allowed();
    long enqueued = learned.enqueued(project, job.model());
    long sum = enqueued + job.size().tokens();
    if (!learned.open(project, job.model()).isEmpty()) {
      if (sum < TokenRoom.CREDIBLE) {
        return Outcome.waits(queue.afterRefusal(run, job, failure, ""));
      }
      context.room().refused(project, job.model(), sum);
      Limit limit = context.limit(run, job.model());
      return unfit(run, job)
          .orElseGet(() -> Outcome.waits(queue.noTokens(job, project, enqueued, limit.inQueue())));
    }
    return refusedAlone(run, job, failure, allowed);
  }

  /** Nobody has a job open that could end and make room. */
  private Outcome refusedAlone(Run run, Job job, ServiceFailure failure, long allowed)
      throws IOException {
    ProjectId project = project(run);
    long tokens = job.size().tokens();
    int times = refusedAlone.merge(key(job), 1, Integer::sum);
    boolean isFirstLesson = learned.of(project, job.model()).refused().isEmpty() || allowed > 0;
    boolean isSmall = tokens < TokenRoom.CREDIBLE;
    boolean isBelieved =
        isSmall
            ? times >= REFUSALS_OF_A_SMALL_JOB
            : times > 1 || job.requests() > 1 && tokens > allowed && isFirstLesson;
    if (!isBelieved) {
      return Outcome.waits(queue.afterRefusal(run, job, failure, ""));
    }
    refusedAlone.remove(key(job));
    context.room().refused(project, job.model(), tokens);
    if (job.requests() == 1) {
      overQuota(
          run,
          job,
          failure.status()
              + ": "
              + Amounts.clause(failure.getMessage())
              + ". The line has about "
              + Amounts.count(tokens, "token")
              + ", and no other job was open");
      return Outcome.DONE;
    }
    Limit limit = context.limit(run, job.model());
    long half = Math.max(1, tokens / 2);
    cut(
        run,
        job,
        new Limit(limit.total(), Math.min(limit.perJob(), half), limit.line(), limit.isKnown()));
    return Outcome.CUT;
  }

  private static String key(Job job) {
    return job.runId() + "." + job.number();
  }

  /** What it waits for, if others have jobs open that may be in the way. */
  private Optional<String> foreign(Run run, Job job) throws IOException {
    List<RemoteJob> open =
        context.connection(run).batches().allJobs().stream()
            .filter(each -> !each.isEnded())
            .toList();
    List<String> others =
        open.stream()
            .filter(each -> isSameModel(each, job))
            .filter(each -> jobs.named(each.jobName()).isEmpty())
            .map(RemoteJob::name)
            .toList();
    if (!others.isEmpty()) {
      return Optional.of(
          "It waits for "
              + Amounts.count(others.size(), "job")
              + " of the project that "
              + (others.size() == 1 ? "is" : "are")
              + " not ours ("
              + others.stream().limit(NAMED).collect(Collectors.joining(", "))
              + (others.size() > NAMED ? ", ..." : "")
              + ")");
    }
    int most = context.settings().jobs().quota().table().openJobs();
    return open.size() >= most
        ? Optional.of("The project has " + Amounts.count(open.size(), "open job"))
        : Optional.empty();
  }

  private static boolean isSameModel(RemoteJob remote, Job job) {
    String model = ModelName.shortName(remote.model());
    return model.isEmpty() || model.equals(ModelName.shortName(job.model()));
  }

  private ProjectId project(Run run) {
    return context.connection(run).project();
  }
}
