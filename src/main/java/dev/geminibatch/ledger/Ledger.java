package dev.geminibatch.ledger;

import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.quartz.TriggerKey;

/** The record of runs, jobs, media and uploads: opens it, and hands out its parts. */
public final class Ledger implements AutoCloseable {
  private final LedgerDatabase database;
  private final RunLedger runs;
  private final JobLedger jobs;
  private final TokenFactors tokenFactors;
  private final Packs packs;
  private final RunQueries queries;
  private final RunList list;
  private final DueRuns due;
  private final RunControl control;
  private final Waits waits;
  private final CreationMarks creationMarks;
  private final MediaTable media;
  private final UploadTable uploads;
  private final UploadList uploadList;
  private final JobOwners jobOwners;
  private final LearnedLimits limits;
  private final Restoration restoration;
  private final Housekeeping housekeeping;
  private final Daily daily;
  private final Audit audit;
  private final Events events;
  private final RunCosts costs;
  private final Paces paces;
  private final Members members;
  private final RunsWithoutMedia without = new RunsWithoutMedia();
  private final Fences fences;
  private final Clock clock;

  // These are null with a ledger in the state folder.
  private PostgresDatabase server;
  private String mark;
  private ServerClock clockOfServer;

  private Ledger(LedgerDatabase database, Fences fences, Clock clock) {
    Moves moves = new Moves(clock, fences);
    this.database = database;
    this.fences = fences;
    this.clock = clock;
    this.members = new Members(database, fences);
    this.runs = new RunLedger(database, moves, clock);
    this.tokenFactors = new TokenFactors(database, clock);
    this.daily = new Daily(database, clock);
    this.jobs = new JobLedger(database, moves, tokenFactors, daily, clock);
    this.packs = new Packs(database, moves, clock);
    this.queries = new RunQueries(database);
    this.list = new RunList(database);
    this.due = new DueRuns(database, fences);
    this.control = new RunControl(database, moves, clock);
    this.waits = new Waits(database, clock);
    this.creationMarks = new CreationMarks(database, moves, clock);
    this.media = new MediaTable(database, without, fences);
    this.uploads = new UploadTable(database, without);
    this.uploadList = new UploadList(database);
    this.jobOwners = new JobOwners(database);
    this.limits = new LearnedLimits(database, clock);
    this.housekeeping = new Housekeeping(database, fences);
    this.audit = new Audit(database, clock);
    this.events = new Events(database);
    this.costs = new RunCosts(database);
    this.paces = new Paces(database, clock);
    this.restoration = Restoration.of(database, fences);
  }

  /**
   * Opens the ledger of a state folder, and brings its tables up to date. One that cannot be used
   * stays as it is.
   *
   * @throws dev.geminibatch.io.UsageException when it was made by a version that this one does not
   *     follow, when it is damaged, or when it is missing beside the runs that belong to it
   */
  public static Ledger open(StateFolder state, Clock clock) throws IOException {
    return new Ledger(LedgerInFolder.open(state, clock.instant()), new Fences(), clock);
  }

  /**
   * The same of the ledger on a server, to whose time the clock is set.
   *
   * @throws IOException when the server cannot be reached now
   */
  public static Ledger open(LedgerServer server, StateFolder state, ServerClock clock)
      throws IOException {
    return of(LedgerOnServer.open(server, state), clock);
  }

  /**
   * The same for somebody who works on no run. The state folder stays as it is, and need not be
   * there.
   */
  public static Ledger look(LedgerServer server, StateFolder state, ServerClock clock)
      throws IOException {
    return of(LedgerOnServer.look(server, state), clock);
  }

  private static Ledger of(LedgerOnServer opened, ServerClock clock) {
    Ledger ledger = of(opened, (Clock) clock);
    ledger.members.set(clock);
    ledger.clockOfServer = clock;
    return ledger;
  }

  /** The same with any clock, for somebody who is no member. */
  static Ledger open(LedgerServer server, StateFolder state, Clock clock) throws IOException {
    return of(LedgerOnServer.open(server, state), clock);
  }

  private static Ledger of(LedgerOnServer opened, Clock clock) {
    Ledger ledger = new Ledger(opened.database(), opened.fences(), clock);
    ledger.server = opened.database();
    ledger.mark = opened.mark();
    return ledger;
  }

  /** Where it is, for a person. */
  public String place() {
    return database.place();
  }

  /** Who shares it. */
  public Members members() {
    return members;
  }

  /** Whether it is on a server, where several members may share it. */
  public boolean isShared() {
    return server != null;
  }

  /** Where its runs are. */
  public Whereabouts whereabouts() {
    return new Whereabouts(database, mark);
  }

  /** The runs that this process holds. */
  Fences fences() {
    return fences;
  }

  /** The mark of the state folder. */
  public String mark() {
    return mark;
  }

  /** A heart for a member, of a ledger on a server. */
  Heartbeat heartbeat(Duration patience) {
    return new Heartbeat(server, patience, clockOfServer);
  }

  /** What is remembered of runs holds only as long as nobody else works on them. */
  void forgetWhatLeasesKeep() {
    without.forget();
  }

  /** Writes what happens to runs. */
  public RunLedger runs() {
    return runs;
  }

  /** Writes what happens to jobs, and finds them. */
  public JobLedger jobs() {
    return jobs;
  }

  /** What estimates of tokens are corrected with. */
  public TokenFactors tokenFactors() {
    return tokenFactors;
  }

  /** Jobs of several runs that are one job to the service. */
  public Packs packs() {
    return packs;
  }

  /** Finds runs. */
  public RunQueries queries() {
    return queries;
  }

  /** The runs page by page, for a person. */
  public RunList list() {
    return list;
  }

  /** Finds the runs that have something to do. */
  public DueRuns due() {
    return due;
  }

  /** Pauses, resumes and cancels runs, and gives them priorities. */
  public RunControl control() {
    return control;
  }

  /** Lets runs wait. */
  public Waits waits() {
    return waits;
  }

  /** The marks that jobs are about to be created. */
  public CreationMarks creationMarks() {
    return creationMarks;
  }

  /** What the tags of runs point to. */
  public MediaTable media() {
    return media;
  }

  /** What was uploaded. */
  public UploadTable uploads() {
    return uploads;
  }

  /** What members have in hand to upload; empty if the ledger is not shared. */
  public Optional<UploadClaimTable> uploadClaims() {
    return Optional.ofNullable(server).map(each -> new UploadClaimTable(each, fences));
  }

  /** What was uploaded, page by page, for a person. */
  public UploadList uploadList() {
    return uploadList;
  }

  /** Whose the jobs of the service are. */
  public JobOwners jobOwners() {
    return jobOwners;
  }

  /** How many tokens may be enqueued, as far as the service has shown it. */
  public LearnedLimits limits() {
    return limits;
  }

  /** For somebody who watches the ledger from outside. */
  public LedgerProbe probe() {
    return new LedgerProbe(database);
  }

  /** Forgets what is no longer needed. */
  public Housekeeping housekeeping() {
    return housekeeping;
  }

  /** What was answered and used on each day. */
  public Daily daily() {
    return daily;
  }

  /** What people have done. */
  public Audit audit() {
    return audit;
  }

  /** What a person may want to know of. */
  public Events events() {
    return events;
  }

  /** What each run has used. */
  public RunCosts costs() {
    return costs;
  }

  /** How long jobs take. */
  public Paces paces() {
    return paces;
  }

  /** The copies that were kept before upgrades. */
  public List<Path> copiesBeforeUpgrades() throws IOException {
    return database.copiesBeforeUpgrades();
  }

  /** Whether it was restored from a copy. */
  public Restoration restoration() {
    return restoration;
  }

  /** Who may create a job next; for the settings that it takes, see there. */
  public CreationQueue creationQueue(
      IntSupplier maxOpen, CreationQueue.Limits limits, Duration retryIn) {
    return new CreationQueue(database, fences, clock, maxOpen, limits, retryIn);
  }

  /**
   * Makes what members keep their triggers in, for those whose routes a member has; empty if the
   * ledger has one daemon.
   */
  public Optional<Function<Predicate<TriggerKey>, TickStore>> ticks() {
    return database.ticks();
  }

  /** Numbers of what is under way. */
  public Census census() {
    return new Census(database, clock);
  }

  /**
   * Runs whose work ends or blocks processes.
   *
   * @param present what runs are tried with here
   */
  public Strikes strikes(Capacity present) {
    return new Strikes(database, clock, present);
  }

  /** Whether a failure came from the database, so that nothing was written. */
  public static boolean isCause(Throwable thrown) {
    return thrown instanceof LedgerException;
  }

  /** Why the server cannot be used now, if that is what a failure means; waiting helps. */
  public static Optional<String> away(Throwable thrown) {
    if (thrown instanceof LedgerUnreachable) {
      return Optional.of(thrown.getMessage());
    }
    return thrown instanceof LedgerException failure && PostgresDatabase.isAway(failure.sql())
        ? Optional.of(PostgresDatabase.words(failure.sql()))
        : Optional.empty();
  }

  /** How the ledger is damaged and what to do, if that is what a failure means. */
  public static Optional<String> damage(Throwable thrown) {
    return LedgerDamage.of(thrown).map(LedgerFile::damagedWhileOpen);
  }

  @Override
  public void close() {
    database.close();
  }
}
