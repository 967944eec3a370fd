package dev.geminibatch.stage;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunClaims;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.Connections;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.time.Clock;

/** What every stage works with. */
public record StageContext(
    Ledger ledger,
    RunClaims claims,
    Settings settings,
    Connections services,
    Clock clock,
    Progress progress) {

  /**
   * What is set for a run: by its profile, and by the file that was dropped beside its input.
   *
   * @throws UsageException when its profile is not set any more, or the file is wrong
   */
  public Settings settings(Run run) throws IOException {
    return FileOverrides.of(RunFolder.of(settings, run.id()).overrides(), settings, run.profile());
  }

  /** Where files of a run come and go; a run whose profile is not set any more uses the default. */
  public Settings.Folders folders(Run run) {
    return settings.profiles().has(run.profile())
        ? settings.profiles().of(run.profile()).folders()
        : settings.folders();
  }

  /**
   * The service, with the key of a run's profile.
   *
   * @throws UsageException when the profile is not set any more
   */
  public Connection service(Run run) {
    return services.of(settings.profiles().of(run.profile()));
  }
}
