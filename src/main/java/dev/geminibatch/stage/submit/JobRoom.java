package dev.geminibatch.stage.submit;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.job.JobCutter;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.JobLedger;
import dev.geminibatch.ledger.LearnedLimits;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.TurnOrder;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.stage.QuotaRefusals;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.TokenRoom.Limit;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a job fit into what may be enqueued for its model: it is cut if it is too large for that.
 * What the service refuses for lack of quota while nobody has a job open is too large.
 */
final class JobRoom {
  private static final Logger LOG = LoggerFactory.getLogger("submit");

  /** So often a job is tried as it is beside jobs of others. */
  private static final int TRIES_BESIDE_OTHERS = 4;

  private final StageContext context;
  private final CreationQueue queue;
  private final JobLedger jobs;
  private final LearnedLimits learned;
  private final QuotaRefusals refusals;

  JobRoom(StageContext context, CreationQueue queue) {
    this.context = context;
    this.queue = queue;
    this.jobs = context.ledger().jobs();
    this.learned = context.ledger().limits();
    this.refusals = new QuotaRefusals(context);
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
    LearnedLimits.Shown shown = learned.of(project, job.model());
    if (shown.isLate()) {
      return; // it may still be ended for lack of quota
    }
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
    Job job = sized(run, refused);
    QuotaRefusals.Verdict verdict = refusals.refused(context.connection(run), job, failure);
    return switch (verdict.finding()) {
      case WAITS -> {
        CreationQueue.Place place = queue.afterRefusal(run, job, failure, verdict.besides());
        if (isHopelessBesideOthers(run, job, verdict)) {
          inHalves(run, job); // tried in its turn: each try is an upload and a refusal
        }
        yield Outcome.waits(place);
      }
      case DOES_NOT_FIT -> {
        Optional<Outcome> unfit = unfit(run, job);
        yield unfit.isPresent() ? unfit.get() : Outcome.waits(noTokens(run, job));
      }
      case IS_TOO_LARGE -> tooLarge(run, job, failure);
    };
  }

  private CreationQueue.Place noTokens(Run run, Job job) {
    long enqueued = learned.enqueued(project(run), job.model());
    return queue.noTokens(job, project(run), enqueued, context.limit(run, job.model()).inQueue());
  }

  /** Others may have jobs open all the time: after a while less is tried beside them. */
  private static boolean isHopelessBesideOthers(Run run, Job job, QuotaRefusals.Verdict verdict) {
    return verdict.areOthersInTheWay()
        && run.waiting().tries() >= TRIES_BESIDE_OTHERS
        && job.requests() > 1
        && job.size().tokens() > 2 * TurnOrder.CREDIBLE;
  }

  /** Nobody has a job open that could end and make room. */
  private Outcome tooLarge(Run run, Job job, ServiceFailure failure) throws IOException {
    if (job.requests() > 1) {
      return inHalves(run, job);
    }
    overQuota(run, job, QuotaRefusals.words(job, failure.status() + ": " + failure.getMessage()));
    return Outcome.DONE;
  }

  /** In two, or in more if what is known by now allows less. */
  private Outcome inHalves(Run run, Job job) throws IOException {
    Limit limit = context.limit(run, job.model());
    long half = Math.max(1, job.size().tokens() / 2);
    long most = Math.min(limit.perJob(), half);
    cut(run, job, new Limit(limit.total(), most, limit.line(), limit.isKnown()));
    return Outcome.CUT;
  }

  private ProjectId project(Run run) {
    return context.connection(run).project();
  }
}
