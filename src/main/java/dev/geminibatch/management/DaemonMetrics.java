package dev.geminibatch.management;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.run.Capacity;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AccountRefusals;
import dev.geminibatch.wiring.Workspace;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * All metrics of a daemon. A scrape costs little however much the ledger holds, and one that cannot
 * read something shows all the rest.
 *
 * <p>They are counted before there is a registry, and their labels are known only when they are: so
 * they come as a collector of Prometheus' own library, which is asked at each scrape, and not as
 * meters that are registered one by one.
 */
public final class DaemonMetrics implements MeterBinder, AutoCloseable {
  private static final Duration LEDGER = Duration.ofSeconds(5);
  private static final Duration DISKS = Duration.ofSeconds(10);
  private static final Duration INBOXES = Duration.ofSeconds(30);

  private final Tally tally;
  private final Workspace workspace;
  private final AccountRefusals accounts;
  private final HealthReport health;
  private final ExecutorService background =
      Executors.newCachedThreadPool(DaemonThreads.named("metrics"));
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /** Reads nothing yet. */
  public DaemonMetrics(
      Tally tally, Workspace workspace, AccountRefusals accounts, HealthReport health)
      throws IOException {
    this.tally = tally;
    this.workspace = workspace;
    this.accounts = accounts;
    this.health = health;
    Settings settings = workspace.settings();
    FolderMetrics folders = new FolderMetrics(settings, tally);
    remote(
        "ledger",
        new LedgerMetrics(workspace.ledger(), settings, tally, workspace.clock()),
        LEDGER);
    if (workspace.ledger().isShared()) {
      remote(
          "members",
          new MemberMetrics(
              workspace.ledger().members(),
              settings.operation().member().silence(),
              workspace.clock()),
          LEDGER);
    }
    remote("disk", folders::disks, DISKS);
    remote("inbox", folders::inboxes, INBOXES);
    groups.put("process", new ProcessMetrics());
    groups.put("daemon", this::daemon);
    groups.keySet().forEach(name -> tally.add(Metric.SCRAPE_ERRORS, 0, name));
    for (Settings profile : settings.profiles().served()) {
      tally.begin(tally.profile(profile.profile()));
    }
  }

  private void remote(String name, Group group, Duration fresh) {
    groups.put(
        name, new RemoteGroup(name, group, fresh, workspace.clock(), System::nanoTime, background));
  }

  /**
   * Adds them to what a registry shows.
   *
   * @param registry one of Prometheus
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    MultiCollector collector = this::collect;
    ((PrometheusMeterRegistry) registry).getPrometheusRegistry().register(collector);
  }

  private MetricSnapshots collect() {
    Samples samples = new Samples();
    groups.forEach(
        (name, group) -> {
          try {
            group.read(samples);
          } catch (IOException | RuntimeException e) {
            tally.add(Metric.SCRAPE_ERRORS, 1, name);
          }
        });
    return Snapshots.of(tally, samples);
  }

  private void daemon(Samples samples) {
    for (HealthCheck check : health.readiness()) {
      samples.add(Metric.HEALTH, check.check().isWell() ? 1 : 0, check.name());
    }
    samples.add(Metric.BUILD, 1, Capacity.present().version(), Runtime.version().toString());
    workspace
        .connections()
        .clockAhead()
        .ifPresent(ahead -> samples.add(Metric.CLOCK_SKEW, ahead.toMillis() / 1e3));
    for (Settings profile : workspace.settings().profiles().served()) {
      boolean isRefused =
          profile.service().key().isPresent()
              && accounts.of(profile.service().project()).isPresent();
      samples.most(Metric.ACCOUNT_REFUSED, isRefused ? 1 : 0, tally.profile(profile.profile()));
    }
  }

  /** What is being read is given up. */
  @Override
  public void close() {
    background.shutdownNow();
  }
}
