package dev.geminibatch.wiring;

import dev.geminibatch.io.HostName;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.LedgerServer;
import dev.geminibatch.ledger.MemberIdentity;
import dev.geminibatch.ledger.PassingTime;
import dev.geminibatch.ledger.ServerClock;
import dev.geminibatch.ledger.ServerLeases;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.DaemonLock;
import dev.geminibatch.run.FileLeases;
import dev.geminibatch.run.LastWords;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.run.WorkInHand;
import dev.geminibatch.run.WorkRecord;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.Connections;
import dev.geminibatch.settings.MemberSettings;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What every command works with, each part opened when it is first needed: the ledger, the leases
 * and the connections to the service.
 */
public final class Workspace implements AutoCloseable {
  private final Settings settings;
  private final Clock clock;
  private final WorkInHand work;
  private final Clock machineClock;
  private final LastWords lastWords;
  private final Leases leases;
  private final Membership membership = new Membership();
  private final BusyRuns busy;
  private final Connections connections;
  private Ledger ledger;
  private boolean worksOnNothing;

  /**
   * Opens nothing yet.
   *
   * @param ending of the process, when a thread has ended with an Error
   */
  public Workspace(
      Settings settings, Connection.Opener services, Clock clock, LastWords.Ending ending) {
    this.settings = settings;
    boolean isShared = settings.operation().ledger().isPresent();
    this.machineClock = clock;
    this.clock = isShared ? new ServerClock(clock) : clock;
    WorkRecord record = new WorkRecord();
    this.work = isShared ? new WorkInHand(record, this::require) : new WorkInHand(record);
    this.lastWords = new LastWords(work, ending);
    this.leases = isShared ? shared(record, clock) : new FileLeases(state(), record, this::ended);
    this.busy = new BusyRuns(leases, work);
    this.connections = new Connections(services, clock);
  }

  private void require(String runId) {
    leases.require(runId);
  }

  private Leases shared(WorkRecord record, Clock machine) {
    MemberSettings member = settings.operation().member();
    return new ServerLeases(
        this::ledger,
        state(),
        new MemberIdentity(memberName(settings), Capacity.present().version(), member.silence()),
        record,
        membership,
        new PassingTime(System::nanoTime, machine::millis));
  }

  /** What a daemon with these settings is called among the members of a shared ledger. */
  public static String memberName(Settings settings) {
    String name = settings.operation().member().name();
    return name.isEmpty() ? HostName.get() : name;
  }

  /** What this process works on, for the other members of a shared ledger. */
  private final class Membership implements ServerLeases.Work {
    private volatile boolean isDaemon;
    private volatile Consumer<ServerLeases.End> onEnd = Workspace.this::endCommand;

    @Override
    public boolean isDaemon() {
      return isDaemon;
    }

    @Override
    public void ended(WorkRecord.Ended ended) {
      Workspace.this.ended(ended);
    }

    @Override
    public void giveUp() {
      work.tasks().forEach(WorkInHand.Task::giveUp);
    }

    @Override
    public boolean isOver() {
      return busy.isOver();
    }

    @Override
    public void end(ServerLeases.End end) {
      onEnd.accept(end);
    }

    @Override
    public void broken(Error error) {
      lastWords.check(error);
    }
  }

  /** It has given up its work, and nobody asks it to end before that is done. */
  private void endCommand(ServerLeases.End end) {
    if (end.isFault()) {
      lastWords.end(end.why());
    }
  }

  /**
   * From now on this process is a daemon to the others that share its ledger.
   *
   * @param onEnd receives why it has to end, when a person or a newer program wants that, and again
   *     at each heartbeat until it has
   */
  public void serve(Consumer<ServerLeases.End> onEnd) {
    membership.isDaemon = true;
    membership.onEnd = onEnd;
  }

  /** From now on this process only looks at a ledger on a server, or changes it by a word. */
  public void worksOnNothing() {
    worksOnNothing = true;
  }

  /** What is set. */
  public Settings settings() {
    return settings;
  }

  /** The clock that all times in the ledger are of: that of this machine, or of the server. */
  public Clock clock() {
    return clock;
  }

  /** The clock of this machine, by which its triggers fire. */
  public Clock machineClock() {
    return machineClock;
  }

  /** The state folder. */
  public StateFolder state() {
    return settings.folders().stateFolder();
  }

  /** The ledger. */
  public synchronized Ledger ledger() throws IOException {
    if (ledger == null) {
      Optional<LedgerServer> server = settings.operation().ledger();
      ledger = server.isPresent() ? onServer(server.get()) : Ledger.open(state(), clock);
    }
    return ledger;
  }

  private Ledger onServer(LedgerServer server) throws IOException {
    ServerClock ofServer = (ServerClock) clock;
    return worksOnNothing
        ? Ledger.look(server, state(), ofServer)
        : Ledger.open(server, state(), ofServer);
  }

  /**
   * Learns what became of earlier processes: runs whose work has ended one with an Error are tried
   * last and alone, and in the end held. To be called before any run is taken.
   */
  public void learn() throws IOException {
    ledger();
    leases.open();
  }

  private void ended(WorkRecord.Ended ended) {
    try {
      ledger().strikes(Capacity.present()).ended(ended);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The runs that threads of this process work on at this moment. */
  public WorkInHand work() {
    return work;
  }

  /** What ends the process after an Error. */
  public LastWords lastWords() {
    return lastWords;
  }

  /** What this process has is free for others, and it takes nothing more. */
  public void handOver() {
    try {
      leases.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a daemon works with the ledger. */
  public boolean isDaemonUp() throws IOException {
    return settings.operation().ledger().isPresent()
        ? ledger().members().isDaemonUp()
        : DaemonLock.isTaken(state());
  }

  /** Which runs this process works on. */
  public Leases leases() {
    return leases;
  }

  /** Which of them a thread works on. */
  public BusyRuns busy() {
    return busy;
  }

  /** The connections to the service, one for each key. */
  public Connections connections() {
    return connections;
  }

  /** The connection with the key of the chosen profile. */
  public Connection connection() {
    return connections.of(settings.service());
  }

  @Override
  public synchronized void close() throws IOException {
    connections.close();
    leases.close();
    if (ledger != null) {
      ledger.close();
    }
  }
}
