package dev.geminibatch.cli;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;

/** Asks before something is deleted. */
final class Confirmation {
  private final Session session;

  Confirmation(Session session) {
    this.session = session;
  }

  /**
   * Whether to continue: by {@code --yes}, by an answer on a terminal, or because there is nothing
   * to do.
   *
   * @throws UsageException where nobody can be asked
   */
  boolean given(String option, String deed, int count, String thing) {
    if (session.options().yes || count == 0) {
      return true;
    }
    if (!session.terminal().isInteractive()) {
      throw new UsageException(
          option
              + " would "
              + deed
              + " "
              + Amounts.count(count, thing)
              + " and cannot ask here; add --yes to do it.");
    }
    boolean yes =
        session
            .terminal()
            .confirm(
                Character.toUpperCase(deed.charAt(0))
                    + deed.substring(1)
                    + " "
                    + Amounts.count(count, thing)
                    + "?");
    if (!yes) {
      session.terminal().tell("Nothing was changed.");
    }
    return yes;
  }
}
