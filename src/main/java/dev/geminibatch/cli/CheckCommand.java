package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.logging.LogSettings;
import dev.geminibatch.management.Check;
import dev.geminibatch.management.Checks;
import dev.geminibatch.management.Finding;
import dev.geminibatch.management.Finding.Level;
import dev.geminibatch.management.FolderChecks;
import dev.geminibatch.management.LedgerChecks;
import dev.geminibatch.management.LogFileCheck;
import dev.geminibatch.management.MachineChecks;
import dev.geminibatch.management.ServiceChecks;
import dev.geminibatch.management.SettingsCheck;
import dev.geminibatch.run.Progress;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.wiring.ServiceFactory;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code --check}: whether a daemon would work here, and what to fix. Nothing is made or changed,
 * and it works beside a daemon.
 */
final class CheckCommand {
  /** Camel has much to load, and may have to share the machine with a daemon. */
  private static final Duration ROUTES = Duration.ofSeconds(60);

  private final Terminal terminal;
  private final Options options;
  private final Map<String, String> environment;
  private final Map<String, String> commandLine;

  CheckCommand(
      Terminal terminal,
      Options options,
      Map<String, String> environment,
      Map<String, String> commandLine) {
    this.terminal = terminal;
    this.options = options;
    this.environment = environment;
    this.commandLine = commandLine;
  }

  int run() throws InterruptedException {
    Home home = Home.find();
    List<Path> files = home.configFiles(options.ownConfig());
    List<String> mistakes = new ArrayList<>();
    if (options.config != null && !Files.isReadable(options.config)) {
      mistakes.add(
          "--config names " + options.config + ", which cannot be read; name another file.");
    }
    PropertySources sources = PropertySources.read(commandLine, environment, files);
    Settings settings =
        Settings.of(sources, home.places(), home.work().resolve("media"), mistakes::add);
    List<Check> checks = new ArrayList<>();
    checks.add(new SettingsCheck(sources, settings, mistakes).check());
    logFile(sources, home).ifPresent(file -> checks.add(new LogFileCheck(file).check()));
    checks.addAll(new FolderChecks(settings).all());
    checks.addAll(
        new ServiceChecks(
                settings,
                new ServiceFactory(new RetryPolicy(1, Duration.ZERO, time -> {})),
                Clock.systemUTC())
            .all());
    boolean isServerWrong =
        settings.operation().ledger().isEmpty()
            && sources.get("ledger.url").filter(url -> !url.isBlank()).isPresent();
    checks.add(
        isServerWrong
            ? LedgerChecks.none()
            : new LedgerChecks(settings, Clock.systemUTC()).check());
    checks.add(
        new Check(
            "routes",
            "Try again when this machine has less to do.",
            ROUTES,
            () -> routes(home, files)));
    checks.addAll(new MachineChecks(settings).all());
    List<Finding> findings = new Checks(checks).findings(this::tellProgress);
    if (options.json) {
      terminal.printJson(json(findings));
    } else {
      print(findings);
    }
    return count(findings, Level.PROBLEM) > 0 ? ExitCode.USAGE : ExitCode.OK;
  }

  /** None, too, if a setting of the log is wrong, which is a finding already. */
  private static Optional<Path> logFile(PropertySources sources, Home home) {
    try {
      return Settings.log(sources, home.places()).file().map(LogSettings.Place::path);
    } catch (UsageException e) {
      return Optional.empty();
    }
  }

  private void tellProgress(String text) {
    if (!options.quiet) {
      terminal.tell(text);
    }
  }

  /** As the daemon reads them, with a state folder that is gone afterwards. */
  private List<Finding> routes(Home home, List<Path> files) throws IOException {
    Path state;
    try {
      state = Files.createTempDirectory("gemini-batch-");
    } catch (IOException e) {
      return List.of(
          Finding.problem(
              "routes",
              "not checked: there is no folder for temporary files; first see \"temporary files\"."));
    }
    try {
      Map<String, String> values = new HashMap<>(commandLine);
      values.put("state.directory", state.toString());
      PropertySources sources = PropertySources.read(values, environment, files);
      Settings settings =
          Settings.of(sources, home.places(), home.work().resolve("media"), mistake -> {})
              .withOwnLedger();
      ServiceFactory services = new ServiceFactory(RetryPolicy.standard());
      try (Workspace workspace =
              new Workspace(settings, services, Clock.systemUTC(), message -> {});
          Beans beans = new Beans(workspace, Progress.none(), run -> false)) {
        int routes = Pipeline.tryOut(settings, beans, sources.ofFiles());
        return List.of(Finding.ok("routes", Amounts.count(routes) + " routes can be started"));
      }
    } finally {
      AtomicFiles.removeTree(state);
    }
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }

  private void print(List<Finding> findings) {
    Table table = new Table("CHECK", "STATE", "FOUND, AND WHAT TO DO");
    for (Finding finding : findings) {
      String[] found = finding.found().split("\n");
      table.row(finding.check(), finding.level(), found[0]);
      for (int i = 1; i < found.length; i++) {
        table.row("", "", "  " + found[i].strip());
      }
      if (!finding.remedy().isEmpty()) {
        for (String line : finding.remedy().split("\n")) {
          table.row("", "", "-> " + line.strip());
        }
      }
    }
    table.lines().forEach(terminal::print);
    terminal.print("");
    long problems = count(findings, Level.PROBLEM);
    long warnings = count(findings, Level.WARNING);
    terminal.print(
        (problems == 0 ? "Nothing has to be fixed" : Amounts.count(problems, "problem"))
            + (warnings == 0 ? "" : ", " + Amounts.count(warnings, "warning"))
            + ".");
  }

  private static ObjectNode json(List<Finding> findings) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("problems", count(findings, Level.PROBLEM));
    document.put("warnings", count(findings, Level.WARNING));
    ArrayNode checks = document.putArray("checks");
    for (Finding finding : findings) {
      checks
          .addObject()
          .put("check", finding.check())
          .put("state", finding.level().word())
          .put("found", finding.found())
          .put("remedy", finding.remedy().isEmpty() ? null : finding.remedy());
    }
    return document;
  }
}
