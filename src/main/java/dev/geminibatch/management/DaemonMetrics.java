package dev.geminibatch.management;

import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AccountRefusals;
import dev.geminibatch.wiring.Workspace;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * All metrics of a daemon, as Prometheus collects them. A scrape costs little however much the
 * ledger holds, and one that cannot read something shows all the rest.
 */
public final class DaemonMetrics implements MultiCollector {
  private static final Duration LEDGER = Duration.ofSeconds(5);
  private static final Duration DISKS = Duration.ofSeconds(10);
  private static final Duration INBOXES = Duration.ofSeconds(30);

  private final Tally tally;
  private final Workspace workspace;
  private final AccountRefusals accounts;
  private final BooleanSupplier isReady;
  private final String version;
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /**
   * Reads nothing yet.
   *
   * @param isReady answers at once whether the daemon is ready
   * @param version of this program
   */
  public DaemonMetrics(
      Tally tally,
      Workspace workspace,
      AccountRefusals accounts,
      BooleanSupplier isReady,
      String version)
      throws IOException {
    this.tally = tally;
    this.workspace = workspace;
    this.accounts = accounts;
    this.isReady = isReady;
    this.version = version;
    Settings settings = workspace.settings();
    LongSupplier nanos = System::nanoTime;
    FolderMetrics folders = new FolderMetrics(settings, tally);
    Group ledger = new LedgerMetrics(workspace.ledger(), settings, tally, workspace.clock());
    groups.put("ledger", new RemoteGroup("ledger", ledger, LEDGER, nanos));
    groups.put("disk", new RemoteGroup("disk", folders::disks, DISKS, nanos));
    groups.put("inbox", new RemoteGroup("inbox", folders::inboxes, INBOXES, nanos));
    groups.put("process", new ProcessMetrics());
    groups.put("daemon", this::daemon);
    groups.keySet().forEach(name -> tally.add(Metric.SCRAPE_ERRORS, 0, name));
    for (Settings profile : settings.profiles().served()) {
      tally.begin(tally.profile(profile.profile()));
    }
  }

  /** Adds them to what a registry shows. */
  public void bindTo(PrometheusMeterRegistry registry) {
    registry.getPrometheusRegistry().register(this);
  }

  @Override
  public MetricSnapshots collect() {
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
    samples.add(Metric.READY, isReady.getAsBoolean() ? 1 : 0);
    samples.add(Metric.BUILD, 1, version, Runtime.version().toString());
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
}
