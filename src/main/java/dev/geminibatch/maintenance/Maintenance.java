package dev.geminibatch.maintenance;

import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Housekeeping on the service's side: whatever jobs the project has, ours or not. */
public final class Maintenance {
  private static final Logger LOG = LoggerFactory.getLogger("maintenance");

  /** How often a cancelled job is polled, a second or two apart, before it is deleted anyway. */
  private static final int POLLS_OF_A_CANCELLED_JOB = 15;

  private final Supplier<BatchService> batches;
  private final Consumer<JobName> cancelling;
  private final BeforeDeletion deleting;

  /** Has a look at each job before it is deleted, and may keep it. */
  @FunctionalInterface
  public interface BeforeDeletion {
    /**
     * @param job which has ended, or does not end
     * @throws IOException when it must stay
     */
    void deleting(RemoteJob job) throws IOException;
  }

  /**
   * @param cancelling receives the name of each job before it is cancelled
   */
  public Maintenance(
      Supplier<BatchService> batches, Consumer<JobName> cancelling, BeforeDeletion deleting) {
    this.batches = batches;
    this.cancelling = cancelling;
    this.deleting = deleting;
  }

  /**
   * The project's jobs, from all pages.
   *
   * @param states words separated by commas; blank for all
   */
  public List<RemoteJob> list(String states) {
    boolean all = states == null || states.isBlank();
    return list(all ? EnumSet.allOf(RemoteJobState.class) : RemoteJobState.parseList(states));
  }

  /** The project's jobs in some states. */
  public List<RemoteJob> list(Set<RemoteJobState> states) {
    return batches.get().allJobs().stream().filter(job -> states.contains(job.state())).toList();
  }

  /** One job, by its name with or without {@code batches/}. */
  public RemoteJob find(String job) {
    return batches.get().job(JobName.typed(job));
  }

  /**
   * Cancels a job.
   *
   * @return its state now; a job that had ended is left as it is
   */
  public RemoteJob cancel(String job) {
    JobName name = JobName.typed(job);
    RemoteJob before = batches.get().job(name);
    if (before.isEnded()) {
      return before;
    }
    cancelling.accept(name);
    batches.get().cancelJob(name);
    return batches.get().job(name);
  }

  /**
   * Deletes a job. A live one is cancelled first, because deleting alone may leave it running and
   * costing.
   *
   * @return whether the job had to be cancelled
   */
  public boolean delete(String job) throws IOException {
    JobName name = JobName.typed(job);
    RemoteJob before = batches.get().job(name);
    boolean live = !before.isEnded();
    deleting.deleting(live ? cancelAndWait(name) : before);
    batches.get().deleteJob(name);
    return live;
  }

  /**
   * Cancels and deletes jobs.
   *
   * @param states words separated by commas; blank for those that are pending or running
   * @return the jobs that are gone
   */
  public List<RemoteJob> clear(String states) throws IOException {
    List<RemoteJob> jobs = toClear(states);
    for (RemoteJob job : jobs) {
      clear(job);
    }
    return jobs;
  }

  /** The jobs that {@link #clear(String)} would cancel and delete. */
  public List<RemoteJob> toClear(String states) {
    boolean live = states == null || states.isBlank();
    return list(live ? "pending,running" : states);
  }

  /** Cancels and deletes one job; that it is gone already is as good. */
  public void clear(RemoteJob job) throws IOException {
    if (job.name().isEmpty()) {
      LOG.warn("A job ({}) that the service gives no usable name is left", job.displayName());
      return;
    }
    try {
      delete(job.name());
      LOG.info("{} ({}) deleted", job.name(), job.displayName());
    } catch (ServiceFailure failure) {
      if (failure.kind() != Kind.NOT_FOUND) {
        throw failure;
      }
    }
  }

  /** What it is like in the end. Answers may be named a little later than the end. */
  private RemoteJob cancelAndWait(JobName name) {
    cancelling.accept(name);
    batches.get().cancelJob(name);
    RemoteJob now = batches.get().job(name);
    for (int poll = 1; poll < POLLS_OF_A_CANCELLED_JOB && isOn(now); poll++) {
      now = batches.get().jobAfterAWhile(name);
    }
    if (!now.isEnded()) {
      LOG.warn("{} was cancelled and has not ended yet; it is deleted all the same", name);
    }
    return now;
  }

  private static boolean isOn(RemoteJob job) {
    return !job.isEnded() || job.isUnexplained();
  }
}
