package dev.geminibatch.window;

import dev.geminibatch.testkit.StageFixture;
import java.security.SecureRandom;

/** A window on what a {@link StageFixture} has. */
public final class WindowFixture {
  private WindowFixture() {}

  /** Opens it. */
  public static Window window(StageFixture fixture, boolean isClosed) {
    return new Window(
        sources(fixture), new FormTokens(new SecureRandom(), fixture.clock()), isClosed);
  }

  static Sources sources(StageFixture fixture) {
    return new Sources(fixture.ledger(), fixture.clock());
  }
}
