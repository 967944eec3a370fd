package dev.geminibatch.cli;

import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.control.DryRun;
import dev.geminibatch.control.FailedLines;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.maintenance.ServiceJobs;
import dev.geminibatch.maintenance.ServiceJobs.Account;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.settings.EffectiveSettings;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.receive.IncomingFiles;
import dev.geminibatch.window.Intake;
import dev.geminibatch.window.Outlook;
import dev.geminibatch.window.Setup;
import dev.geminibatch.window.Sources;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the window shows, of a daemon's workspace. */
final class WindowSources {
  private WindowSources() {}

  static Sources of(Beans beans, Pipeline pipeline, Outlook outlook) throws IOException {
    Workspace workspace = beans.workspace();
    Settings settings = workspace.settings();
    return new Sources(
        workspace.ledger(),
        outlook,
        workspace.clock(),
        new ServiceJobs(accounts(workspace), workspace.clock()),
        new Live(settings),
        WindowRuns.of(workspace),
        taking(beans, pipeline));
  }

  /** What was on its way when an earlier process ended is not finished any more. */
  private static Intake taking(Beans beans, Pipeline pipeline) throws IOException {
    IncomingFiles files = beans.incomingFiles(pipeline::arrived);
    DryRun dryRun = new DryRun(beans.workspace(), pipeline::advance);
    files.removeRemains();
    dryRun.removeRemains();
    return new Intake(files, dryRun, new FailedLines(beans.workspace().state(), files));
  }

  /** Profiles with the same key see the same jobs. */
  private static List<Account> accounts(Workspace workspace) {
    Map<ProjectId, List<String>> profiles = new LinkedHashMap<>();
    Map<ProjectId, ServiceConfig> configs = new LinkedHashMap<>();
    for (Settings each : workspace.settings().profiles().served()) {
      ProjectId project = each.service().project();
      configs.putIfAbsent(project, each.service());
      profiles.computeIfAbsent(project, any -> new ArrayList<>()).add(each.profile());
    }
    List<Account> accounts = new ArrayList<>();
    configs.forEach(
        (project, config) ->
            accounts.add(
                new Account(
                    project,
                    profiles.get(project),
                    () -> workspace.connections().of(config).batches())));
    return accounts;
  }

  /** Some settings may change while the daemon runs. */
  private static final class Live implements Setup {
    private final Settings set;

    Live(Settings set) {
      this.set = set;
    }

    @Override
    public EffectiveSettings settings() {
      return EffectiveSettings.of(set.profiles());
    }

    @Override
    public Prices prices() {
      return DaemonCommand.prices(set.profiles());
    }

    @Override
    public Duration memberSilence() {
      return set.operation().member().silence();
    }

    @Override
    public long storageLimit() {
      return set.uploads().storageLimit();
    }
  }
}
