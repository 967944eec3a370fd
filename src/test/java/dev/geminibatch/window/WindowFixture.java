package dev.geminibatch.window;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.StageFixture;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

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
    return new Sources(fixture.ledger(), new Calm(), fixture.clock());
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
