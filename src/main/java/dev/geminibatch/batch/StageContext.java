package dev.geminibatch.batch;

import dev.geminibatch.gemini.GeminiAccess;
import dev.geminibatch.gemini.Services;
import dev.geminibatch.settings.InvalidSettingException;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.time.Clock;

/** What every stage works with. */
public record StageContext(
    Ledger ledger,
    RunClaims claims,
    Settings settings,
    Services services,
    Clock clock,
    Progress progress) {

  /**
   * What is set for a run: by its profile, and by the file that was dropped beside its input.
   *
   * @throws InvalidSettingException when its profile is not set any more, or the file is wrong
   */
  Settings settings(Run run) throws IOException {
    return Overrides.of(RunFolder.of(settings, run.id()).overrides(), settings, run.profile());
  }

  /** Where files of a run come and go; a run whose profile is not set any more uses the default. */
  Settings.Folders folders(Run run) {
    return settings.profiles().has(run.profile())
        ? settings.profiles().of(run.profile()).folders()
        : settings.folders();
  }

  /**
   * The service, with the key of a run's profile.
   *
   * @throws InvalidSettingException when the profile is not set any more
   */
  GeminiAccess service(Run run) {
    return services.of(settings.profiles().of(run.profile()));
  }
}
