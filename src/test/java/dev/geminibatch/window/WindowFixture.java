package dev.geminibatch.window;

import dev.geminibatch.control.DryRun;
import dev.geminibatch.control.FailedLines;
import dev.geminibatch.stage.receive.IncomingFiles;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    IncomingFiles files =
        new IncomingFiles(fixture.context(), fixture.receiver(), run -> fixture.busy().end(run));
    DryRun dryRun = new DryRun(fixture.workspace(), run -> inspect(fixture, run));
    return new Sources(
        fixture.ledger(),
        fixture.clock(),
        files,
        dryRun,
        new FailedLines(fixture.context().state(), files));
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
}
