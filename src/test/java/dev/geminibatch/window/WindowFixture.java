package dev.geminibatch.window;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.report.Reports;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.testkit.StageFixture;
import java.security.SecureRandom;
import java.util.Map;

/** A window on what a {@link StageFixture} has. */
public final class WindowFixture {
  private WindowFixture() {}

  /** Opens it. */
  public static Window window(StageFixture fixture, boolean isClosed) {
    return new Window(
        sources(fixture), new FormTokens(new SecureRandom(), fixture.clock()), isClosed);
  }

  static Sources sources(StageFixture fixture) {
    Prices prices = new Prices("", "USD", Map.of());
    Settings set = fixture.context().settings();
    RunSources runs =
        new RunSources(
            fixture.context().state(),
            new Reports(fixture.ledger(), fixture.context().state(), prices, fixture.clock()),
            new RequestReader(),
            run ->
                new RunSources.Rules(
                    new AnswerCheck(set.lines().strictness()), set.costs().maxPerFile()));
    return new Sources(fixture.ledger(), fixture.clock(), runs);
  }
}
