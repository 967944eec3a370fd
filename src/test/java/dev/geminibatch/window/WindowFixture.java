package dev.geminibatch.window;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.control.DryRun;
import dev.geminibatch.control.FailedLines;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.maintenance.ServiceJobs;
import dev.geminibatch.report.Reports;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.settings.EffectiveSettings;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.receive.IncomingFiles;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Executor;

/** A window on what a {@link StageFixture} has. */
public final class WindowFixture {
  private WindowFixture() {}

  /** Opens it. */
  public static Window window(StageFixture fixture, boolean isClosed) {
    return window(sources(fixture), isClosed);
  }

  /** A window in which nothing takes any time, so that it counts whenever it is asked. */
  static Window window(Sources sources, boolean isClosed) {
    Overview overview = new Overview(sources, () -> 0, Runnable::run);
    return new Window(
        sources, new FormTokens(new SecureRandom(), sources.clock()), isClosed, overview);
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
        new Calm(),
        fixture.clock(),
        new ServiceJobs(List.of(account), fixture.clock(), threads, Duration.ZERO),
        setup(settings),
        runs(fixture),
        intake(fixture));
  }

  private static Intake intake(StageFixture fixture) {
    IncomingFiles files =
        new IncomingFiles(fixture.context(), fixture.receiver(), run -> fixture.busy().end(run));
    DryRun dryRun = new DryRun(fixture.workspace(), run -> inspect(fixture, run));
    return new Intake(files, dryRun, new FailedLines(fixture.context().state(), files));
  }

  private static void inspect(StageFixture fixture, String run) {
    try {
      fixture.inspect(run);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      fixture.busy().end(run);
    }
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
      public Duration memberSilence() {
        return settings.operation().member().silence();
      }

      @Override
      public long storageLimit() {
        return settings.uploads().storageLimit();
      }
    };
  }

  /** Nothing is set, and nothing is wrong unless it is said. */
  static class Calm implements Outlook {
    final List<String> troubles = new ArrayList<>();
    Prices prices = new Prices("", "USD", Map.of());

    @Override
    public List<String> troubles() {
      return List.copyOf(troubles);
    }

    @Override
    public Prices prices(String profile) {
      return prices;
    }

    @Override
    public long outputTokens(String profile) {
      return 1_000;
    }

    @Override
    public OptionalLong mostEnqueued(ProjectId project, String model) {
      return OptionalLong.empty();
    }

    @Override
    public String profile(ProjectId project) {
      return "default";
    }
  }
}
