package dev.geminibatch.camel;

import dev.geminibatch.settings.InvalidSettingException;
import dev.geminibatch.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;

/** The running routes. */
public final class Pipeline implements AutoCloseable {
  /** Where a run goes after a stage unless the configuration says otherwise. */
  private static final Map<String, String> NEXT_STAGES =
      Map.of(
          "stage.after-inspect", "direct:upload",
          "stage.after-upload", "direct:assemble",
          "stage.after-assemble", "direct:submit",
          "stage.after-collect", "direct:deliver");

  /** A call to the service that answers in time is through by then. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Main main;
  private final Beans beans;
  private final ProducerTemplate template;

  private Pipeline(Main main, Beans beans) {
    this.main = main;
    this.beans = beans;
    this.template = main.getCamelContext().createProducerTemplate();
  }

  /**
   * Reads and starts the routes.
   *
   * @param properties Camel's own options, and the placeholders of users' routes
   * @param watchInbox whether dropped files are taken
   * @throws InvalidSettingException when a route cannot be read or started; the message names it
   */
  public static Pipeline start(
      Settings settings, Beans beans, Map<String, String> properties, boolean watchInbox) {
    Path routes = settings.folders().routes();
    if (!Files.isDirectory(routes)) {
      throw new InvalidSettingException(
          "There are no routes in "
              + routes
              + ". Start in the folder that holds routes/ and config/, or set routes.directory.");
    }
    Main main = new Main();
    main.addMainListener(new OwnPlaceholders());
    main.configure().setRoutesIncludePattern("file:" + routes + "/*.camel.yaml");
    NEXT_STAGES.forEach(main::addInitialProperty);
    properties.forEach(main::addOverrideProperty);
    placeholders(settings, watchInbox).forEach(main::addOverrideProperty);
    beans.byName().forEach(main::bind);
    try {
      main.start();
    } catch (Exception e) {
      main.stop();
      throw new InvalidSettingException(
          "The routes in "
              + routes
              + " cannot be started; mend what is named here and start again.\n"
              + causes(e));
    }
    Pipeline pipeline = new Pipeline(main, beans);
    beans.remoteMedia().use(new HttpDownload(pipeline.template));
    try {
      pipeline.checkStages();
    } catch (InvalidSettingException e) {
      pipeline.close();
      throw e;
    }
    return pipeline;
  }

  /** A run that is handed to nobody would wait for ever. */
  private void checkStages() {
    CamelContext context = main.getCamelContext();
    Set<String> taken =
        context.getRoutes().stream()
            .map(route -> route.getEndpoint().getEndpointUri().replace("://", ":"))
            .collect(Collectors.toSet());
    for (String key : NEXT_STAGES.keySet()) {
      String next = context.resolvePropertyPlaceholders("{{" + key + "}}").replace("://", ":");
      if (next.startsWith("direct:") && !taken.contains(next)) {
        throw new InvalidSettingException(
            key
                + " is "
                + next
                + ", which no route takes; write a route that begins there, or "
                + NEXT_STAGES.get(key)
                + ".");
      }
    }
  }

  /** The checked and absolute values of our keys, for the routes. */
  private static Map<String, String> placeholders(Settings settings, boolean watchInbox) {
    return Map.of(
        "inbox.enabled", Boolean.toString(watchInbox),
        "media.remote-enabled", Boolean.toString(!settings.uploads().remoteHosts().isEmpty()),
        "inbox.directory", settings.folders().inbox().toString(),
        "inbox.interval", Long.toString(settings.folders().interval().toMillis()),
        "inbox.settle-time", Long.toString(settings.folders().settleTime().toMillis()),
        "outbox.directory", settings.folders().outbox().toString(),
        "archive.directory", settings.folders().archive().toString(),
        "failed.directory", settings.folders().failed().toString(),
        "poll.interval", Long.toString(settings.jobs().pollInterval().toMillis()),
        "run.concurrency", Integer.toString(settings.jobs().concurrency()));
  }

  /**
   * The environment has been taken into account already, in the form in which people write it;
   * Camel would put {@code 10s} where a route needs milliseconds.
   */
  private static final class OwnPlaceholders extends MainListenerSupport {
    @Override
    public void beforeInitialize(BaseMainSupport main) {
      PropertiesComponent placeholders =
          (PropertiesComponent) main.getCamelContext().getPropertiesComponent();
      placeholders.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
    }
  }

  /** Queues a run for its next stage. */
  public void advance(String runId) {
    template.sendBody("seda:advance", runId);
  }

  /** For tests of the routes. */
  CamelContext camelContext() {
    return main.getCamelContext();
  }

  /** What is under way may come to its end for a moment; then its calls are cut off. */
  @Override
  public void close() {
    Thread cutOff =
        new Thread(
            () -> {
              try {
                Thread.sleep(GRACE.toMillis());
                beans.stopCalls();
              } catch (InterruptedException e) {
                // it has ended by itself
              }
            },
            "cut-off");
    cutOff.setDaemon(true);
    cutOff.start();
    main.stop();
    cutOff.interrupt();
  }

  /** Camel wraps what went wrong in what it was doing; each cause adds something to know. */
  private static String causes(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    String last = "";
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (!last.contains(message)) {
        text.append(text.isEmpty() ? "" : "\n").append("  ").append(message);
        last = message;
      }
    }
    return text.toString();
  }
}
