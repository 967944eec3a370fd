package dev.geminibatch.window;

import dev.geminibatch.control.RunSteering;
import dev.geminibatch.control.RunSteering.Done;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a person can do to a run. */
enum RunAction {
  PAUSE(
      "Pause",
      "Nothing more of it is sent until it is resumed. What is with the service continues."),
  RESUME("Resume", "It resumes where it was."),
  CANCEL(
      "Cancel",
      "Nothing more of it is sent, and its jobs are cancelled. What is answered is delivered, and is"
          + " paid for; the other lines are in its errors file. This cannot be undone."),
  PRIORITY(
      "Set priority", "It gets more or fewer turns among the runs that wait, by its priority.");

  private final String label;
  private final String question;

  RunAction(String label, String question) {
    this.label = label;
    this.question = question;
  }

  /** What the button says. */
  String label() {
    return label;
  }

  /** What will happen. */
  String question() {
    return question;
  }

  /** Its name in an address. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<RunAction> of(String word) {
    return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
  }

  /** Those that make sense for a run. */
  static List<RunAction> of(Run run) {
    List<RunAction> actions = new ArrayList<>();
    if (!run.state().isFinished()) {
      if (!run.isCancelled()) {
        actions.add(run.isPaused() || run.waiting().isHeldForStrikes() ? RESUME : PAUSE);
        actions.add(PRIORITY);
      }
      actions.add(CANCEL);
    }
    return actions;
  }

  /**
   * Does it.
   *
   * @param value the number of a priority; null for all others
   * @throws UsageException when it cannot be done now
   * @throws BadRequest when the number is none
   */
  Done take(RunSteering steering, Run run, String value) {
    return switch (this) {
      case PAUSE -> steering.pause(run);
      case RESUME -> steering.resume(run);
      case CANCEL -> steering.cancel(run);
      case PRIORITY -> steering.setPriority(run, priority(value));
    };
  }

  private static int priority(String value) {
    if (value != null && value.matches("[1-9]")) {
      return Integer.parseInt(value);
    }
    throw new BadRequest(
        "The priority must be a number from 1 to " + RunOptions.HIGHEST_PRIORITY + ".");
  }
}
