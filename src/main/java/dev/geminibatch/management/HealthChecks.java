package dev.geminibatch.management;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.LedgerProbe;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.WorkInHand;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.settings.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What a daemon is asked about its health: all checks, and which of them say what. */
public final class HealthChecks implements HealthReport, AutoCloseable {
  /** Somebody waits for the answer, and a service that takes longer is asked again. */
  private static final Duration SERVICE_TIMEOUT = Duration.ofSeconds(10);

  private final ExecutorService background;
  private final Clock clock;
  private final List<Connection> connections = new ArrayList<>();
  private final List<HealthCheck> readiness = new ArrayList<>();
  private final List<HealthCheck> liveness = List.of(new ProcessHealth());

  /**
   * Makes the checks, and asks nothing yet.
   *
   * @param settings whose served profiles count
   * @param services opens the service, for calls that are soon given up
   * @param refusals why the service refuses a project, if it does
   */
  public HealthChecks(
      Settings settings,
      Ledger ledger,
      Leases leases,
      WorkInHand work,
      Connection.Opener services,
      Function<ProjectId, Optional<ServiceFailure>> refusals,
      Clock clock) {
    this.clock = clock;
    this.background = Executors.newCachedThreadPool(DaemonThreads.named("health"));
    List<Settings> served = settings.profiles().served();
    LedgerProbe probe = ledger.probe();
    services(served, services, refusals);
    local(
        "storage",
        new StorageHealth(
            probe::write,
            ledger.place(),
            settings.folders().state(),
            served.stream().flatMap(HealthChecks::outputs).distinct().toList()));
    local(
        "inbox",
        new InboxHealth(served.stream().map(profile -> profile.folders().inbox()).toList()));
    if (ledger.isShared()) {
      local(
          "member",
          () ->
              leases.isHeard()
                  ? Health.well("Its heartbeats reach the ledger")
                  : Health.unwell(
                      "No heartbeat of this member reaches the ledger; others take over its runs"
                          + " after member.silence"));
    }
    local("runs", new RunHealth(() -> stuck(work), probe::openBefore, clock));
  }

  private static Stream<Path> outputs(Settings profile) {
    return Stream.of(
        profile.folders().outbox(), profile.folders().archive(), profile.folders().failed());
  }

  /** One check for each key: profiles that share one share its fate. */
  private void services(
      List<Settings> served,
      Connection.Opener services,
      Function<ProjectId, Optional<ServiceFailure>> refusals) {
    Set<ProjectId> known = new HashSet<>();
    for (Settings profile : served) {
      ProjectId project = profile.service().project();
      if (known.add(project)) {
        Connection connection =
            new Connection(profile.service().within(SERVICE_TIMEOUT), services, clock);
        connections.add(connection);
        readiness.add(
            new ServiceHealth(
                profile.isDefault() ? "service" : "service-" + profile.profile(),
                () -> connection.batches().jobs(Optional.empty()),
                () -> refusals.apply(project),
                clock,
                background));
      }
    }
  }

  private void local(String name, Supplier<Health> check) {
    readiness.add(new LocalHealth(name, check, clock, background));
  }

  /** The runs that were given up, and whose workers have not ended yet. */
  private static List<String> stuck(WorkInHand work) {
    return work.tasks().stream()
        .filter(WorkInHand.Task::isStuck)
        .map(task -> task.run().name())
        .toList();
  }

  @Override
  public List<HealthCheck> readiness() {
    return List.copyOf(readiness);
  }

  @Override
  public List<HealthCheck> liveness() {
    return liveness;
  }

  @Override
  public void close() {
    background.shutdownNow();
    connections.forEach(Connection::stop);
    connections.forEach(Connection::close);
  }
}
