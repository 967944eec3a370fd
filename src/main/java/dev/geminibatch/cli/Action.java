package dev.geminibatch.cli;

import dev.geminibatch.io.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What is to be done, and which of the other options go with it. */
enum Action {
  FILE(
      "--file",
      "--model",
      "--display",
      "--output",
      "--poll-interval",
      "--timeout",
      "--force",
      "--dry-run",
      "--media-root",
      "--profile"),
  POLL("--poll", "--profile", "--output", "--poll-interval", "--timeout"),
  LIST("--list", "--profile", "--state"),
  CANCEL("--cancel", "--profile"),
  DELETE("--delete", "--profile", "--no-fetch"),
  CLEAR("--clear", "--profile", "--state", "--yes", "--no-fetch"),
  STATUS("--status"),
  PAUSE("--pause"),
  RESUME("--resume"),
  CANCEL_RUN("--cancel-run"),
  PRIORITY("--priority"),
  FILES("--files", "--profile"),
  PURGE_FILES("--purge-files", "--profile", "--yes"),
  DRAIN("--drain"),
  BACKUP("--backup", "--yes"),
  MOVE_LEDGER("--move-ledger"),
  CHECK("--check", "--model", "--media-root"),
  WARM("--warm"),
  DEMO("--demo", "--open", "--keep"),
  SANDBOX("--sandbox", "--port", "--fault", "--tier", "--tokens"),
  DAEMON("", "--model", "--poll-interval", "--media-root");

  /** Options that go with everything. */
  private static final Set<String> ALWAYS =
      Set.of("--api-key", "--config", "--json", "--quiet", "--help", "--version");

  private final String option;
  private final Set<String> companions;

  Action(String option, String... companions) {
    this.option = option;
    this.companions = Set.of(companions);
  }

  /**
   * Finds the one action among the options that were given.
   *
   * @throws UsageException when there are two, or an option that does not go with it
   */
  static Action of(List<String> given) {
    List<Action> actions =
        Arrays.stream(values()).filter(action -> given.contains(action.option)).toList();
    if (actions.size() > 1) {
      throw new UsageException(
          actions.get(0).option
              + " and "
              + actions.get(1).option
              + " cannot be done at once; give one of them.");
    }
    Action action = actions.isEmpty() ? DAEMON : actions.get(0);
    for (String name : given) {
      if (!name.equals(action.option)
          && !ALWAYS.contains(name)
          && !action.companions.contains(name)) {
        throw new UsageException(doesNotGo(name, action));
      }
    }
    return action;
  }

  private static String doesNotGo(String name, Action action) {
    String homes = options(other -> other.companions.contains(name) && other != DAEMON);
    return action == DAEMON
        ? name + " goes with " + homes + "; add that, or leave it out."
        : name + " does not go with " + action.option + "; it goes with " + homes + ".";
  }

  private static String options(Predicate<Action> which) {
    return Arrays.stream(values())
        .filter(which)
        .map(action -> action.option)
        .collect(Collectors.joining(", "));
  }
}
