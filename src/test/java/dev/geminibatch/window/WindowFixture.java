package dev.geminibatch.window;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.maintenance.ServiceJobs;
import dev.geminibatch.report.Reports;
import dev.geminibatch.settings.EffectiveSettings;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.testkit.StageFixture;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** A window on what a {@link StageFixture} has. */
public final class WindowFixture {
  private WindowFixture() {}

  /** Opens it. */
  public static Window window(StageFixture fixture, boolean isClosed) {
    return window(fixture, sources(fixture), isClosed);
  }

  /** Opens it with other sources. */
  static Window window(StageFixture fixture, Sources sources, boolean isClosed) {
    return new Window(sources, new FormTokens(new SecureRandom(), fixture.clock()), isClosed);
  }

  static Sources sources(StageFixture fixture) {
    return sources(fixture, Runnable::run);
  }

  /**
   * The same.
   *
   * @param threads that ask the service
   */
  static Sources sources(StageFixture fixture, Executor threads) {
    Settings settings = fixture.context().settings();
    ServiceJobs.Account account =
        new ServiceJobs.Account(
            settings.service().project(),
            List.of(settings.profile()),
            () -> fixture.workspace().connection().batches());
    return new Sources(
        fixture.ledger(),
        fixture.clock(),
        new ServiceJobs(List.of(account), fixture.clock(), threads, Duration.ZERO),
        setup(settings),
        runs(fixture));
  }

  private static RunSources runs(StageFixture fixture) {
    Prices prices = new Prices("", "USD", Map.of());
    Settings set = fixture.context().settings();
    return new RunSources(
        fixture.context().state(),
        new Reports(fixture.ledger(), fixture.context().state(), prices, fixture.clock()),
        new RequestReader(),
        run ->
            new RunSources.Rules(
                new AnswerCheck(set.lines().strictness()), set.costs().maxPerFile()));
  }

  private static Setup setup(Settings settings) {
    return new Setup() {
      @Override
      public EffectiveSettings settings() {
        return EffectiveSettings.of(settings.profiles());
      }

      @Override
      public Prices prices() {
        return settings.profiles().prices(settings.costs().prices());
      }

      @Override
      public long storageLimit() {
        return settings.uploads().storageLimit();
      }
    };
  }
}
