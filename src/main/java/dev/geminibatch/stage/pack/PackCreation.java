package dev.geminibatch.stage.pack;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.job.PackIndex;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Packs;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunScope;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.ServiceWords;
import dev.geminibatch.service.ServiceWords.RefusedLine;
import dev.geminibatch.stage.JobFileUpload;
import dev.geminibatch.stage.JobSearch;
import dev.geminibatch.stage.LateCalls;
import dev.geminibatch.stage.QuotaRefusals;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.Unpacking;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates a pack exactly once, as {@code submit.JobCreation} does a job. */
final class PackCreation {
  private static final Logger LOG = LoggerFactory.getLogger("pack");

  private final StageContext context;
  private final Packs packs;
  private final CreationQueue queue;
  private final JobSearch search;
  private final Unpacking unpacking;
  private final QuotaRefusals refusals;

  PackCreation(StageContext context, CreationQueue queue) {
    this.context = context;
    this.packs = context.ledger().packs();
    this.queue = queue;
    this.search = new JobSearch(context.clock());
    this.unpacking = new Unpacking(context);
    this.refusals = new QuotaRefusals(context);
  }

  /**
   * What came of a pack.
   *
   * @param submitted the runs all of whose jobs are with the service now
   * @param isWaiting whether the model has to wait
   * @param isMore whether another pack of the same jobs may be sent at once
   */
  record Outcome(List<String> submitted, boolean isWaiting, boolean isMore) {
    static final Outcome NOTHING = new Outcome(List.of(), false, false);
    static final Outcome WAITING = new Outcome(List.of(), true, false);
    static final Outcome UNPACKED = new Outcome(List.of(), false, true);

    /** Whether its jobs wait in other groups now. */
    boolean isUnpacked() {
      return this == UNPACKED;
    }
  }

  /**
   * Finds out what became of calls of which nobody saw the end.
   *
   * @return the runs all of whose jobs are with the service now
   */
  List<String> settle(Map<ProjectId, Connection> services, Predicate<Run> ours) throws IOException {
    List<String> submitted = new ArrayList<>();
    for (Job pack : packs.inState(JobState.CREATING)) {
      Connection service = services.get(pack.remote().project().orElseThrow());
      boolean isOurs =
          context.ledger().queries().find(pack.runId()).filter(ours).isPresent()
              && context.leases().acquire(pack.runId());
      if (service != null && isOurs) {
        try {
          submitted.addAll(settle(service, pack));
        } catch (ServiceFailure failure) {
          LOG.warn(
              "It is not known yet whether {} was created: {}",
              pack.displayName(),
              failure.getMessage());
        }
      }
    }
    return submitted;
  }

  private List<String> settle(Connection service, Job pack) throws IOException {
    Optional<RemoteJob> found = service.batches().findJob(pack.displayName(), Duration.ZERO);
    if (found.isPresent()) {
      return opened(service, pack, found.get(), runs(pack));
    }
    boolean mayAppear = LateCalls.prevent(context.ledger().creationMarks(), service.files(), pack);
    if (!mayAppear && search.isCertain(pack, bytes(pack))) {
      packs.dissolved(
          pack,
          Unpacking.place(pack, "A shared job was not created; it is sent again.", Duration.ZERO),
          Optional.empty());
    }
    return List.of();
  }

  private long bytes(Job pack) throws IOException {
    PackFolder folder = context.state().pack(pack.remote().pack().orElseThrow());
    return Files.exists(folder.index()) ? PackIndex.read(folder.index()).bytes() : 0;
  }

  /** Uploads a pack and creates it; what is left of one that was not created is removed. */
  Outcome create(Connection service, PackBuilder.Pack built, Run first) throws IOException {
    String file;
    try {
      Content body = Content.of(built.folder().body());
      file =
          JobFileUpload.upload(
              service.files(),
              body,
              "gb-" + built.folder().id() + "-",
              built.displayName() + ".jsonl",
              sent -> {});
      context.progress().happened(new RunEvent.Uploaded(true, body.size()));
    } catch (IOException | RuntimeException e) {
      built.folder().remove();
      throw e;
    }
    boolean isCreating =
        packs.creating(
            built.folder().id(),
            built.displayName(),
            built.jobs(),
            service.project(),
            file,
            queue.room(service.project(), built.model()));
    if (!isCreating) {
      built.folder().remove();
      remove(service, file);
      return Outcome.WAITING; // somebody was faster, or has paused one of the runs
    }
    Job pack = pack(built);
    try {
      context.leases().require(pack.runId());
      RemoteJob created = service.batches().createJob(built.model(), file, built.displayName());
      return new Outcome(opened(service, pack, created, built.runs()), false, built.isFull());
    } catch (ServiceFailure failure) {
      if (!failure.isAmbiguous()) {
        remove(service, file);
        return notCreated(service, pack, first, failure);
      }
      LOG.info(
          "{}: no clear answer to the creation of the shared job ({}); checking whether it exists",
          Unpacking.name(pack),
          failure.getMessage());
      context.ledger().jobs().creationUnclear(pack);
      Optional<RemoteJob> found = JobSearch.find(service.batches(), pack.displayName());
      return found.isPresent()
          ? new Outcome(opened(service, pack, found.get(), built.runs()), false, built.isFull())
          : Outcome.WAITING; // it stays marked, and is searched for before the next call
    }
  }

  /** The pack as the ledger has it now. */
  private Job pack(PackBuilder.Pack built) {
    return packs.inState(JobState.CREATING).stream()
        .filter(job -> job.remote().pack().equals(Optional.of(built.folder().id())))
        .findFirst()
        .orElseThrow();
  }

  /** The runs whose jobs are in a pack. */
  private List<Run> runs(Job pack) {
    return packs.unfinished(pack.remote().pack().orElseThrow()).stream()
        .map(job -> context.ledger().queries().run(job.runId()))
        .toList();
  }

  private List<String> opened(Connection service, Job pack, RemoteJob created, List<Run> sharing) {
    context.accounts().acceptedJob(service.project());
    context.room().accepted(service.project(), pack.model(), pack.size().tokens());
    List<String> runs = packs.opened(pack, created.jobName(), created.stateText());
    context.progress().happened(new RunEvent.JobCreated(pack.model()));
    String requests = Amounts.count(pack.requests(), "request");
    for (Run run : sharing) {
      try (RunScope scope = RunScope.of(run)) {
        LOG.info(
            "{}: job created: {} ({}, {}{})",
            run.name(),
            created.name(),
            pack.model(),
            requests,
            sharing.size() == 1 ? "" : " of " + Amounts.count(sharing.size(), "run"));
      }
    }
    return runs;
  }

  private Outcome notCreated(Connection service, Job pack, Run first, ServiceFailure failure)
      throws IOException {
    if (failure.kind() == Kind.QUOTA) {
      return outOfQuota(service, pack, first, failure);
    }
    if (failure.isPassing() || failure.isAccount()) {
      packs.dissolved(
          pack, Unpacking.place(pack, failure.getMessage(), Duration.ZERO), Optional.empty());
      throw failure;
    }
    String reason = failure.status() + ": " + failure.getMessage();
    List<RefusedLine> lines = ServiceWords.refusedLines(failure.getMessage(), pack.requests());
    if (!lines.isEmpty()) {
      unpacking.takeOut(pack, lines);
    } else if (failure.kind() == Kind.NOT_FOUND) {
      // The file has just been uploaded, so it is the model that does not exist.
      unpacking.allEnd(pack, JobProblem.Kind.REFUSED, reason);
    } else {
      unpacking.inHalves(pack, reason);
    }
    return Outcome.UNPACKED;
  }

  private Outcome outOfQuota(Connection service, Job pack, Run first, ServiceFailure failure) {
    QuotaRefusals.Verdict verdict = refusals.refused(service, pack, failure);
    if (verdict.finding() == QuotaRefusals.Finding.WAITS) {
      unpacking.again(pack, queue.afterRefusal(first, pack, failure, verdict.besides()));
      return Outcome.WAITING;
    }
    unpacking.smaller(pack, failure.getMessage());
    return verdict.finding() == QuotaRefusals.Finding.IS_TOO_LARGE
        ? Outcome.UNPACKED
        : Outcome.WAITING;
  }

  /** A file that nobody asks for takes room until it dies. */
  private static void remove(Connection service, String file) {
    try {
      service.files().deleteFile(file);
    } catch (ServiceFailure failure) {
      LOG.debug("{} is not removed: {}", file, failure.getMessage());
    }
  }
}
