package dev.geminibatch.cli;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.Run;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.window.RunSources;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.util.function.Supplier;

/** What the window needs to show a run, in a daemon. */
final class WindowRuns {
  private final Workspace workspace;

  private WindowRuns(Workspace workspace) {
    this.workspace = workspace;
  }

  static RunSources of(Workspace workspace) throws IOException {
    return new WindowRuns(workspace).runs();
  }

  private RunSources runs() throws IOException {
    Supplier<Prices> prices =
        () -> workspace.settings().profiles().prices(present().costs().prices());
    return new RunSources(
        workspace.state(),
        new Reports(workspace.ledger(), workspace.state(), prices, workspace.clock()),
        new RequestReader(workspace.settings().lines().maxBytes()),
        this::rules);
  }

  /** Those of today: they may be changed while it runs. */
  private Settings present() {
    return workspace.settings().profiles().of(workspace.settings().profile());
  }

  private RunSources.Rules rules(Run run) {
    Settings set = settings(run);
    return new RunSources.Rules(
        new AnswerCheck(set.lines().strictness()), set.costs().maxPerFile());
  }

  /** A run can be shown also when its profile is not set any more. */
  private Settings settings(Run run) {
    try {
      return FileOverrides.of(
          workspace.state().run(run.id()).overrides(),
          run.name(),
          workspace.settings(),
          run.profile());
    } catch (IOException | UsageException e) {
      return present();
    }
  }
}
