package dev.geminibatch.stage.pack;

import dev.geminibatch.io.Repeats;
import dev.geminibatch.job.PackLimits;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Packs;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.run.Backoff;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.Suspicion;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.TokenRoom;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sends small jobs of several runs as one: a pack.
 *
 * <p>What waits to be packed is in the ledger, and nothing else has to survive: a pack exists there
 * only from the moment before the service is asked to create it. These are its steps, and what a
 * process finds that starts after the one before was killed behind each of them:
 *
 * <ol>
 *   <li><b>Body and index are written</b> into a folder of the pack. The ledger knows of no pack,
 *       so the folder is removed ({@link PackFolders}) and the jobs are packed again.
 *   <li><b>The body is uploaded.</b> The same; a file that nobody asks for costs nothing and dies
 *       after two days.
 *   <li><b>The jobs become CREATING with the name of the pack</b>, all of them in one transaction
 *       that outlives a power failure, if each of them and its run is still what it was and there
 *       is room. The call may not have been made, or its answer may be lost: the pack is searched
 *       for by its unique name. Found, it continues as if the answer had come. Not found for as
 *       long as the service may take, it was certainly not made, and is dissolved ({@link
 *       PackCreation#settle}).
 *   <li><b>The service creates the job</b>, in one call that is never repeated. The same.
 *   <li><b>The jobs become OPEN</b>, and the runs all of whose jobs are with the service SUBMITTED,
 *       in one transaction. From now on the pack is polled as one job.
 *   <li><b>The pack has ended</b>: its jobs become ENDED in one transaction. The first run that
 *       collects fetches the answers for all, whole or not at all, and divides them: the answers of
 *       each job appear whole, and a mark says when all have theirs. Without the mark it is done
 *       again, for those that have none yet ({@code collect.PackAnswers}).
 *   <li><b>Each job is collected for itself</b>, as if it had been sent alone. When all are, body
 *       and answers are removed; the index stays for as long as one of the runs.
 * </ol>
 *
 * <p>A pack that came to nothing is dissolved in one transaction ({@link
 * dev.geminibatch.stage.Unpacking}): before it the old state is found, and behind it one without a
 * pack. What belongs to some of the jobs only, the lines that were refused, is on disk before it.
 */
public final class Packer {
  private static final Logger LOG = LoggerFactory.getLogger("pack");

  private static final Backoff WAITS = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(10));

  private final Repeats repeats = new Repeats();
  private final StageContext context;
  private final Packs packs;
  private final CreationQueue queue;
  private final PackFolders folders;
  private final PackBuilder builder;
  private final PackCreation creation;
  private final Predicate<Run> scope;
  private final Instant started;

  /** When the last pack was sent; for whoever packs. */
  private final Map<Destination, Instant> sent = new HashMap<>();

  /** One pack at a time: what is CREATING when nobody holds this was left behind. */
  private final ReentrantLock one = new ReentrantLock();

  private record Destination(ProjectId project, String model) {}

  /**
   * @param scope the runs that this process is for, beside those that are to answer them
   */
  public Packer(
      StageContext context, CreationQueue queue, UploadCache references, Predicate<Run> scope) {
    this.context = context;
    this.packs = context.ledger().packs();
    this.queue = queue;
    this.folders = new PackFolders(context);
    this.builder = new PackBuilder(context, references);
    this.creation = new PackCreation(context, queue);
    this.scope = scope;
    this.started = context.clock().instant();
  }

  /** Whether there is something to do that nobody is doing; asked at each tick. */
  public boolean isWanted() {
    return context.leases().mayWork()
        && !one.isLocked()
        && (folders.isDue()
            || packs.isAnybodyDue(started)
            || !packs.inState(JobState.CREATING).isEmpty());
  }

  /**
   * Sends what waits, as far as there is room, and settles what was left behind.
   *
   * @param isGathered whether what has just arrived need not wait for more
   * @return the runs all of whose jobs are with the service now
   */
  public List<String> pack(boolean isGathered) throws IOException {
    if (!context.leases().mayWork() || !one.tryLock()) {
      return List.of(); // the next tick takes what is left
    }
    try {
      folders.clean();
      Map<ProjectId, Connection> services = services();
      packs.release(services.keySet());
      Predicate<Run> ours = ours();
      List<String> submitted = new ArrayList<>(creation.settle(services, ours));
      for (Connection service : services.values()) {
        // What has waited long enough takes along whatever has come since.
        Packs.Due overdue = new Packs.Due(service.project(), started, isGathered);
        boolean isTime = isGathered || !packs.groups(overdue).isEmpty();
        Packs.Due due = new Packs.Due(service.project(), started, isTime);
        Set<String> modelsThatWait = new HashSet<>(isGathered ? Set.of() : resting(service));
        while (pack(service, due, ours, modelsThatWait, submitted)) {
          // what was refused together waits in smaller groups now
        }
      }
      return submitted;
    } finally {
      one.unlock();
    }
  }

  private Map<ProjectId, Connection> services() {
    return context.settings().profiles().all().stream()
        .filter(profile -> profile.service().key().isPresent())
        .map(profile -> context.connections().of(profile.service()))
        .distinct()
        .collect(Collectors.toMap(Connection::project, Function.identity()));
  }

  /** Runs of this process, and those that are to answer them. */
  private Predicate<Run> ours() {
    Set<String> leaders =
        context.ledger().queries().inState(RunState.FOLLOWING).stream()
            .filter(scope)
            .flatMap(run -> run.leader().stream())
            .collect(Collectors.toSet());
    return run ->
        context.settings().profiles().hasKey(run.profile())
            && (scope.test(run) || leaders.contains(run.id()));
  }

  /**
   * The models for which a pack was sent so lately that the next one gathers first: while files
   * arrive without a pause, one of them is always due.
   */
  private Set<String> resting(Connection service) {
    Instant since =
        context.clock().instant().minus(context.settings().jobs().packing().longestWait());
    sent.values().removeIf(time -> !time.isAfter(since));
    return sent.keySet().stream()
        .filter(each -> each.project().equals(service.project()))
        .map(Destination::model)
        .collect(Collectors.toSet());
  }

  /** One round through what waits; whether there may be something to do in another one. */
  private boolean pack(
      Connection service,
      Packs.Due due,
      Predicate<Run> ours,
      Set<String> modelsThatWait,
      List<String> submitted)
      throws IOException {
    boolean isAnother = false;
    for (Packs.Group group : packs.groups(due)) {
      boolean isMore = !modelsThatWait.contains(group.model());
      while (isMore) {
        Optional<Packs.Candidate> first = first(due, group, ours);
        if (first.isEmpty() || !context.accounts().mayTry(first.get().run(), service.project())) {
          break;
        }
        Optional<CreationQueue.Place> place =
            queue.placeFor(first.get().run(), first.get().job(), service.project());
        PackCreation.Outcome outcome = PackCreation.Outcome.WAITING;
        if (place.isPresent()) {
          packs.wait(waiting(group, service, place.get().reason()));
        } else {
          outcome = packOne(service, due, group, ours, first.get().run());
        }
        if (!outcome.submitted().isEmpty()) {
          sent.put(new Destination(service.project(), group.model()), context.clock().instant());
        }
        submitted.addAll(outcome.submitted());
        if (outcome.isWaiting()) {
          modelsThatWait.add(group.model());
        }
        isMore = outcome.isMore();
        isAnother |= outcome.isUnpacked();
      }
    }
    return isAnother;
  }

  private static CreationQueue.Place waiting(Packs.Group group, Connection service, String reason) {
    return CreationQueue.packAgain(group.model(), service.project(), reason, Duration.ZERO);
  }

  private Optional<Packs.Candidate> first(Packs.Due due, Packs.Group group, Predicate<Run> ours) {
    Optional<Packs.Candidate> first = packs.candidates(due, group, 1).stream().findFirst();
    return first.isEmpty() || ours.test(first.get().run())
        ? first
        : candidates(due, group, ours, Integer.MAX_VALUE).stream().findFirst();
  }

  private List<Packs.Candidate> candidates(
      Packs.Due due, Packs.Group group, Predicate<Run> ours, int most) {
    return packs.candidates(due, group, most).stream()
        .filter(each -> ours.test(each.run()))
        .filter(each -> each.run().waiting().suspicion() == Suspicion.NONE)
        .toList();
  }

  private PackCreation.Outcome packOne(
      Connection service, Packs.Due due, Packs.Group group, Predicate<Run> ours, Run first)
      throws IOException {
    PackLimits limits =
        PackLimits.of(context.settings().jobs().limits(), maxTokens(first, group.model()))
            .ofMembers(group.most().orElse(Integer.MAX_VALUE));
    Set<String> begun = new HashSet<>();
    context.accounts().trying(first, service.project());
    try {
      List<Packs.Candidate> candidates =
          fit(candidates(due, group, ours, limits.maxMembers() + 1), first, group.model());
      Optional<PackBuilder.Pack> pack = builder.build(service, candidates, limits, begun);
      return pack.isEmpty()
          ? PackCreation.Outcome.NOTHING
          : creation.create(service, pack.get(), first);
    } catch (ServiceFailure failure) {
      if (failure.isAccount()) {
        context.accounts().refused(first, service.project(), failure);
      } else {
        LOG.atLevel(repeats.level(Level.WARN, group.model(), failure.getMessage()))
            .log("No shared job could be sent, will try again: {}", failure.getMessage());
        packs.wait(
            CreationQueue.packAgain(
                group.model(),
                service.project(),
                failure.getMessage(),
                WAITS.after(first.waiting().tries())));
      }
      return PackCreation.Outcome.WAITING;
    } finally {
      begun.forEach(context.busy()::end);
    }
  }

  /**
   * A job that has more tokens than one job should is cut by the stage of its own run. That stage
   * also knows what may have been sent before the ledger was restored.
   */
  private List<Packs.Candidate> fit(List<Packs.Candidate> candidates, Run first, String model) {
    long most = context.limit(first, model).perJob();
    Predicate<Packs.Candidate> fits =
        each ->
            each.job().size().tokens() <= most
                && !context.ledger().restoration().concerns(each.run());
    candidates.stream().filter(fits.negate()).forEach(each -> packs.sendAlone(each.job()));
    return candidates.stream().filter(fits).toList();
  }

  /** How many tokens of a model one job may put in now. */
  private long maxTokens(Run first, String model) {
    TokenRoom.Limit limit = context.limit(first, model);
    long enqueued = context.ledger().limits().enqueued(context.connection(first).project(), model);
    return Math.min(limit.perJob(), Math.max(1, limit.total() - enqueued));
  }
}
