package dev.geminibatch.wiring;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.FileLeases;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.Connections;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.time.Clock;

/**
 * What every command works with, each part opened when it is first needed: the ledger, the leases
 * and the connections to the service.
 */
public final class Workspace implements AutoCloseable {
  private final Settings settings;
  private final Clock clock;
  private final Leases leases;
  private final BusyRuns busy;
  private final Connections connections;
  private Ledger ledger;

  /** Opens nothing yet. */
  public Workspace(Settings settings, Connection.Opener services, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.leases = new FileLeases(state());
    this.busy = new BusyRuns(leases);
    this.connections = new Connections(services, clock);
  }

  /** What is set. */
  public Settings settings() {
    return settings;
  }

  /** The clock of this machine. */
  public Clock clock() {
    return clock;
  }

  /** The state folder. */
  public StateFolder state() {
    return settings.folders().stateFolder();
  }

  /** The ledger. */
  public synchronized Ledger ledger() throws IOException {
    if (ledger == null) {
      ledger = Ledger.open(state(), clock);
    }
    return ledger;
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
