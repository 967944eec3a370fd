package dev.geminibatch.stage;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Restoration;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunStopped;
import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.PageTokens;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteJob;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs that were created after the ledger had been copied, and of which it knows nothing since it
 * was restored from that copy. A run takes over its own ones instead of creating them again; the
 * names of jobs say whose they are. That is not known of those that runs share: while there are
 * any, runs that may be in them are paused until a person says otherwise.
 */
public final class RestoredJobs {
  private static final Logger LOG = LoggerFactory.getLogger("submit");
  private static final Pattern OF_RUN = Pattern.compile("\\[(.+)\\.(\\d+)(-\\d+)?\\]$");
  private static final Pattern OF_PACK = Pattern.compile("\\[(p\\d{8}-\\d{6}-[0-9a-f]{8})\\]$");
  private static final int MOST_NAMED = 20;

  private final StageContext context;
  private final Restoration restoration;

  /** Each project is asked once: what is created from now on is in the ledger. */
  private final Map<ProjectId, Found> found = new HashMap<>();

  private Object extent;

  private final Set<String> pausedBefore = new HashSet<>();

  private record Found(Map<String, RemoteJob> byKey, List<RemoteJob> shared) {
    /** The ledger may have lost how often the job was created. */
    private static String key(String runId, String number) {
      return runId + "." + number;
    }

    /** The newest comes first. */
    private void add(Matcher name, RemoteJob job) {
      byKey.putIfAbsent(key(name.group(1), name.group(2)), job);
    }

    private Optional<RemoteJob> of(Job job) {
      return Optional.ofNullable(byKey.get(key(job.runId(), "" + job.number())));
    }
  }

  public RestoredJobs(StageContext context) {
    this.context = context;
    this.restoration = context.ledger().restoration();
  }

  /** Whether it is too early to say that a run has no job: a call may be on its way. */
  public boolean mayStillAppear(Run run) {
    return restoration.concerns(run)
        && restoration.callsUntil().filter(context.clock().instant()::isBefore).isPresent();
  }

  /**
   * The job of a run that was created before the ledger was restored.
   *
   * @param job that is about to be created
   * @throws RunStopped when it may be in a job that runs share; then the run is paused
   */
  public synchronized Optional<RemoteJob> find(Run run, Job job) throws IOException {
    if (!restoration.concerns(run)) {
      return Optional.empty();
    }
    Connection connection = context.connection(run);
    if (!restoration.extent().equals(extent)) {
      extent = restoration.extent();
      found.clear();
    }
    Found created = found.get(connection.project());
    if (created == null) {
      created = created(connection.batches());
      found.put(connection.project(), created);
    }
    Optional<RemoteJob> own = created.of(job);
    if (own.isEmpty() && !created.shared().isEmpty() && mayBeShared(run, job)) {
      pause(run, created.shared());
    }
    return own;
  }

  private boolean mayBeShared(Run run, Job job) throws IOException {
    return run.fromInbox()
        && job.requests() < context.settings(run).jobs().packing().below()
        && !pausedBefore.contains(run.id());
  }

  private void pause(Run run, List<RemoteJob> shared) {
    String reason =
        "The ledger "
            + restoration.inWords().orElseThrow()
            + ", and after that the service was given jobs that several files share ("
            + names(shared)
            + "). This file may be in one of them: see --poll JOB. --resume "
            + run.id()
            + " sends it all the same";
    context.ledger().control().pause(run.id(), reason);
    pausedBefore.add(run.id());
    LOG.warn("{}: paused. {}", run.name(), reason);
    throw new RunStopped(context.ledger().queries().run(run.id()));
  }

  private static String names(List<RemoteJob> jobs) {
    return jobs.stream().limit(MOST_NAMED).map(RemoteJob::name).collect(Collectors.joining(", "))
        + (jobs.size() > MOST_NAMED
            ? " and " + Amounts.count(jobs.size() - MOST_NAMED) + " more"
            : "");
  }

  private Found created(BatchService batches) {
    Found created = new Found(new HashMap<>(), new ArrayList<>());
    List<RemoteJob> ofOthers = new ArrayList<>();
    for (RemoteJob job : since(batches, restoration.unknownSince())) {
      boolean isKnown =
          job.name().isEmpty() || context.ledger().jobs().named(job.jobName()).isPresent();
      Matcher pack = OF_PACK.matcher(job.displayName());
      Matcher run = OF_RUN.matcher(job.displayName());
      if (isKnown) {
        continue;
      }
      if (pack.find()) {
        boolean isForNothing = job.isEnded() && job.answers().isEmpty();
        if (!isForNothing && !context.ledger().packs().isKnown(pack.group(1))) {
          created.shared().add(job);
        }
      } else if (run.find()) {
        created.add(run, job);
        if (context.ledger().queries().find(run.group(1)).isEmpty()) {
          ofOthers.add(job);
        }
      }
    }
    if (!ofOthers.isEmpty()) {
      LOG.warn(
          "The ledger {}. Jobs of files that were received after that and that it does not know:"
              + " {}. Fetch their answers with --poll JOB before these files are dropped again",
          restoration.inWords().orElseThrow(),
          names(ofOthers));
    }
    return created;
  }

  /** The newest come first. */
  private static List<RemoteJob> since(BatchService batches, Instant time) {
    List<RemoteJob> jobs = new ArrayList<>();
    PageTokens pages = new PageTokens();
    Optional<String> token = Optional.empty();
    boolean areOlder;
    do {
      BatchService.JobPage page = batches.jobs(token);
      page.jobs().stream()
          .filter(job -> job.created().map(created -> created.isAfter(time)).orElse(true))
          .forEach(jobs::add);
      areOlder =
          !page.jobs().isEmpty()
              && page.jobs().stream()
                  .allMatch(job -> job.created().map(time::isAfter).orElse(false));
      token = pages.next(page.nextPageToken());
    } while (token.isPresent() && !areOlder && jobs.size() < BatchService.MOST_JOBS);
    return jobs;
  }
}
