package dev.geminibatch.camel;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.management.AccessGuard;
import dev.geminibatch.management.Health;
import dev.geminibatch.management.HealthCheck;
import dev.geminibatch.management.HealthReport;
import dev.geminibatch.management.PortTrial;
import dev.geminibatch.settings.ManagementSettings;
import dev.geminibatch.window.Window;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.ext.auth.authentication.AuthenticationProvider;
import io.vertx.ext.web.handler.AuthenticationHandler;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.component.micrometer.prometheus.MicrometerPrometheus;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Health and metrics over HTTP: Camel's management server, with our checks and meters. It starts
 * when the daemon is ready, and stops with the routes.
 */
final class ManagementServer {
  private static final Logger LOG = LoggerFactory.getLogger("management");
  private static final String PATH = "/observe";
  private static final String VERTX = "management-vertx";

  private final CamelContext context;
  private final ManagementSettings settings;

  ManagementServer(CamelContext context, ManagementSettings settings) {
    this.context = context;
    this.settings = settings;
  }

  /**
   * Starts it. Where it cannot, the log says why, and the daemon does without.
   *
   * @param meters what is measured
   * @param window what is shown in a browser; empty for nothing
   * @return the port, if it has started
   */
  OptionalInt start(HealthReport checks, List<MeterBinder> meters, Optional<Window> window) {
    try {
      if (isFree()) {
        AccessGuard guard = new AccessGuard(settings.token(), settings.readToken());
        register(checks);
        ManagementHttpServer server = server(guard, window);
        FewConnections connections = new FewConnections(Vertx.vertx(vertxOptions()));
        addWithVertx(server, connections);
        window.ifPresent(shown -> new WindowServer(shown, connections).addTo(server.getRouter()));
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        guard.bindTo(registry);
        meters.forEach(each -> each.bindTo(registry));
        // Where camel-console is among the components, it has made one for itself.
        context.getRegistry().unbind(MicrometerConstants.METRICS_REGISTRY_NAME);
        context.getRegistry().bind(MicrometerConstants.METRICS_REGISTRY_NAME, registry);
        MicrometerPrometheus prometheus = new MicrometerPrometheus();
        prometheus.setPath(PATH + "/metrics");
        // Camel's own meters take time at every exchange, and camel.metrics.* can have them.
        prometheus.setEnableExchangeEventNotifier(false);
        prometheus.setEnableRouteEventNotifier(false);
        prometheus.setEnableRoutePolicy(false);
        prometheus.setSkipCamelInfo(true);
        context.addService(prometheus, true, true);
        int port = server.getRouter().getServer().getServer().actualPort();
        LOG.info(
            "The window is at http://{}:{}/, health and metrics are at {}/health and {}/metrics{}",
            settings.host(),
            port,
            PATH,
            PATH,
            guard.isClosed() ? ", for requests with a token" : "");
        return OptionalInt.of(port);
      }
    } catch (Exception e) {
      LOG.error(
          "The window, health and metrics cannot be served; the daemon works without them", e);
    }
    return OptionalInt.empty();
  }

  /** Vert.x only logs that it cannot listen. */
  private boolean isFree() {
    Optional<String> problem = PortTrial.problem(settings);
    problem.ifPresent(
        why ->
            LOG.warn(
                "The window, health and metrics are not served: {}:{} cannot be listened on ({}). Set"
                    + " management.port to a free port, or management.enabled to false",
                settings.host(),
                settings.port(),
                Amounts.clause(why)));
    return problem.isEmpty();
  }

  private ManagementHttpServer server(AccessGuard guard, Optional<Window> window) {
    Predicate<String> isForWindow = path -> window.isPresent() && window.get().isOwn(path);
    Predicate<String> takesFile = path -> window.isPresent() && window.get().takesFile(path);
    ManagementHttpServer server = new ObserveServer();
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindHost(settings.host());
    configuration.setBindPort(settings.port());
    AuthenticationConfig.AuthenticationConfigEntry entry =
        new AuthenticationConfig.AuthenticationConfigEntry();
    entry.setPath("/*");
    entry.setAuthenticationProviderFactory(vertx -> null);
    entry.setAuthenticationHandlerFactory(
        new AuthenticationConfig.AuthenticationHandlerFactory() {
          @Override
          public <T extends AuthenticationProvider>
              AuthenticationHandler createAuthenticationHandler(T provider) {
            return new RequestGate(guard, isForWindow, takesFile);
          }
        });
    configuration.getAuthenticationConfig().getEntries().add(entry);
    configuration.getAuthenticationConfig().setEnabled(true);
    server.setConfiguration(configuration);
    server.setHealthCheckEnabled(true);
    server.setHealthPath(PATH + "/health");
    server.setInfoEnabled(true);
    server.setInfoPath(PATH + "/info");
    server.setMetricsEnabled(true);
    return server;
  }

  /** Only this server gets this Vert.x, and what routes of users may start its own. */
  private void addWithVertx(ManagementHttpServer server, FewConnections connections)
      throws Exception {
    Vertx vertx = connections.vertx();
    // Added first, so that it is stopped after the server.
    context.addService(
        new ServiceSupport() {
          @Override
          protected void doStop() throws Exception {
            vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
          }
        },
        true,
        true);
    context.getRegistry().bind(VERTX, vertx);
    try {
      context.addService(server, true, true);
    } finally {
      context.getRegistry().unbind(VERTX);
    }
  }

  /** A few requests a minute need few threads, and no copies of files in a temporary folder. */
  private static VertxOptions vertxOptions() {
    return new VertxOptions()
        .setEventLoopPoolSize(1)
        .setWorkerPoolSize(4)
        .setInternalBlockingPoolSize(2)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  private void register(HealthReport checks) {
    HealthCheckRegistry registry = HealthCheckRegistry.get(context);
    registry.setExposureLevel("full");
    checks.liveness().forEach(each -> registry.register(new Registered(each, true)));
    checks.readiness().forEach(each -> registry.register(new Registered(each, false)));
  }

  /** A check as Camel sees it. */
  private static final class Registered extends AbstractHealthCheck {
    private final HealthCheck check;
    private final boolean isOfLiveness;

    Registered(HealthCheck check, boolean isOfLiveness) {
      super("gemini-batch", check.name());
      this.check = check;
      this.isOfLiveness = isOfLiveness;
    }

    @Override
    public boolean isLiveness() {
      return isOfLiveness;
    }

    @Override
    public boolean isReadiness() {
      return !isOfLiveness;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
      Health health = check.check();
      builder.message(health.why());
      if (health.isWell()) {
        builder.up();
      } else {
        builder.down();
      }
    }
  }
}
