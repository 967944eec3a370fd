package dev.geminibatch.stage;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.JobLedger;
import dev.geminibatch.ledger.LearnedLimits;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.TurnOrder;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceWords;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What it means that the service has no quota for a job, or for one that several runs share:
 * whether the job has to wait, or is too large; and what that teaches. It is the same whether the
 * service refuses a job or ends it at once.
 */
public final class QuotaRefusals {
  private static final Logger LOG = LoggerFactory.getLogger("submit");

  /** A job below what is credible is believed only when it has been refused so often. */
  private static final int REFUSALS_OF_A_SMALL_JOB = 3;

  /** So many foreign jobs are named. */
  private static final int NAMED = 3;

  private final StageContext context;
  private final JobLedger jobs;
  private final LearnedLimits learned;

  public QuotaRefusals(StageContext context) {
    this.context = context;
    this.jobs = context.ledger().jobs();
    this.learned = context.ledger().limits();
  }

  /** What is to be done about a job. */
  public enum Finding {
    /** Nothing was learned: it has to wait for quota. */
    WAITS,
    /** It does not fit beside our open jobs: there is less room than was assumed. */
    DOES_NOT_FIT,
    /** It is too large although nobody has a job open. */
    IS_TOO_LARGE
  }

  /**
   * A finding.
   *
   * @param besides a sentence about what it waits for beside the quota; may be empty
   * @param areOthersInTheWay whether others have jobs of the model open, perhaps always
   */
  public record Verdict(Finding finding, String besides, boolean areOthersInTheWay) {
    /** Nothing was learned. */
    public static final Verdict WAITS = waits("");

    private static Verdict waits(String besides) {
      return new Verdict(Finding.WAITS, besides, false);
    }

    private static Verdict of(Finding finding) {
      return new Verdict(finding, "", false);
    }
  }

  /**
   * The service has refused to create a job. What is about calls in a time, as many quotas are,
   * says nothing of how much may be open.
   */
  public Verdict refused(Connection service, Job job, ServiceFailure failure) {
    boolean isPerTime =
        failure.retryAfter().isPresent() || ServiceWords.isPerTime(failure.getMessage());
    return isPerTime ? Verdict.WAITS : judge(service, job, false);
  }

  /**
   * The service has ended a job that it had taken, without working on it.
   *
   * @param reason in its words
   */
  public Verdict notAdmitted(Connection service, Job job, String reason) {
    return ServiceWords.isPerTime(reason) ? Verdict.WAITS : judge(service, job, true);
  }

  private Verdict judge(Connection service, Job job, boolean isLate) {
    long tokens = job.size().tokens();
    Optional<Verdict> foreign = foreign(service, job);
    if (foreign.isPresent() || tokens == 0) {
      return foreign.orElse(Verdict.WAITS);
    }
    ProjectId project = service.project();
    LearnedLimits.Beside ours = learned.beside(job, project);
    if (ours.jobs() > 0) {
      if (ours.tokens() + tokens < TurnOrder.CREDIBLE) {
        return Verdict.WAITS;
      }
      learn(job, project, ours.tokens(), isLate);
      return Verdict.of(Finding.DOES_NOT_FIT);
    }
    if (!isBelieved(job, project, isLate)) {
      return Verdict.WAITS;
    }
    learn(job, project, 0, isLate);
    return Verdict.of(Finding.IS_TOO_LARGE);
  }

  private void learn(Job job, ProjectId project, long beside, boolean isLate) {
    if (isLate) {
      learned.notAdmitted(project, job.model(), beside, job.size().tokens());
    } else {
      learned.refused(project, job.model(), beside + job.size().tokens());
    }
  }

  /** Why a job with one line is not sent again. */
  public static String words(Job job, String reason) {
    return Amounts.clause(reason)
        + ". The line has about "
        + Amounts.count(job.size().tokens(), "token")
        + ", and no other job was open";
  }

  /** Nobody has a job open that could end and make room; but there may be another cause. */
  private boolean isBelieved(Job job, ProjectId project, boolean isLate) {
    long tokens = job.size().tokens();
    int times = learned.refusedAlone(job);
    LearnedLimits.Shown shown = learned.of(project, job.model());
    // Where jobs are ended late, acceptance does not show that this one fits.
    long allowed = isLate && !shown.isLate() ? 0 : shown.allowed();
    boolean isFirstLesson = shown.refused().isEmpty() || allowed > 0;
    // A line is given up for good, so one refusal that may have had another cause is not enough.
    boolean isAsLargeAsBefore =
        tokens >= shown.refused().orElse(Long.MAX_VALUE)
            && (job.requests() > 1 || shown.refusals() > 1 || times > 1);
    boolean isBelieved =
        isAsLargeAsBefore
            || (tokens < TurnOrder.CREDIBLE
                ? times >= REFUSALS_OF_A_SMALL_JOB
                : times > 1 || job.requests() > 1 && tokens > allowed && isFirstLesson);
    if (isBelieved) {
      learned.forgetRefusals(job); // what is made of it is smaller
    }
    return isBelieved;
  }

  /** What it waits for, if others have jobs open that may be in the way. */
  private Optional<Verdict> foreign(Connection service, Job job) {
    List<RemoteJob> open;
    try {
      open = service.batches().allJobs().stream().filter(each -> !each.isEnded()).toList();
    } catch (ServiceFailure failure) {
      LOG.debug("The jobs of the project cannot be listed: {}", failure.getMessage());
      return Optional.of(Verdict.waits("Whether others have jobs open is not known"));
    }
    List<String> others =
        open.stream()
            .filter(each -> isSameModel(each, job))
            .filter(each -> jobs.named(each.jobName()).isEmpty())
            .map(RemoteJob::name)
            .toList();
    if (!others.isEmpty()) {
      String besides =
          "It waits for "
              + Amounts.count(others.size(), "job")
              + " of the project that "
              + (others.size() == 1 ? "is" : "are")
              + " not ours ("
              + others.stream().limit(NAMED).collect(Collectors.joining(", "))
              + (others.size() > NAMED ? ", ..." : "")
              + ")";
      return Optional.of(new Verdict(Finding.WAITS, besides, true));
    }
    int most = context.settings().jobs().quota().table().openJobs();
    return open.size() >= most
        ? Optional.of(Verdict.waits("The project has " + Amounts.count(open.size(), "open job")))
        : Optional.empty();
  }

  private static boolean isSameModel(RemoteJob remote, Job job) {
    String model = ModelName.shortName(remote.model());
    return model.isEmpty() || model.equals(ModelName.shortName(job.model()));
  }
}
