package dev.geminibatch.window;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.settings.EffectiveSettings;
import java.time.Duration;

/** What is set, at the moment when somebody asks. */
public interface Setup {
  /** All of it, but secrets. */
  EffectiveSettings settings();

  /** What tokens cost. */
  Prices prices();

  /** After how long a silent member of a shared ledger is taken for gone. */
  Duration memberSilence();

  /** How many bytes all files of an account may have with the service. */
  long storageLimit();
}
