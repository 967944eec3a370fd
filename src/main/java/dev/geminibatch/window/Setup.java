package dev.geminibatch.window;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.settings.EffectiveSettings;

/** What is set, at the moment when somebody asks. */
public interface Setup {
  /** All of it, but secrets. */
  EffectiveSettings settings();

  /** What tokens cost. */
  Prices prices();

  /** How many bytes all files of an account may have with the service. */
  long storageLimit();
}
