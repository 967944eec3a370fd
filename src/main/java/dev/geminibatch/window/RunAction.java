package dev.geminibatch.window;

import dev.geminibatch.control.FailedLines;
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
import java.util.stream.Collectors;

/** What a person can do to a run. */
enum RunAction {
  PAUSE(
      "Pause",
      "Nothing more of it is sent until it is resumed. What is with the service continues."),
  RESUME("Resume", "It resumes where it was."),
  RELEASE(
      "Release",
      "It continues where it is held. One that a route of yours holds comes to that route once more,"
          + " which may hold it again; one that was held because its work ended the program is tried"
          + " once more, alone."),
  CANCEL(
      "Cancel",
      "Nothing more of it is sent, and its jobs are cancelled. What is answered is delivered, and is"
          + " paid for; the other lines are in its errors file. This cannot be undone."),
  PRIORITY(
      "Set priority", "It gets more or fewer turns among the runs that wait, by its priority."),
  SEND_AGAIN(
      "Send failed lines again",
      "Lines that have an answer are not sent, and the files of this run stay as they are. What the"
          + " service answers is paid for.");

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
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** All names, as a sentence has them. */
  static String words() {
    return Arrays.stream(values()).map(RunAction::word).collect(Collectors.joining(", "));
  }

  static Optional<RunAction> of(String word) {
    return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
  }

  /** Those that make sense for a run. */
  static List<RunAction> of(Run run) {
    List<RunAction> actions = new ArrayList<>();
    if (!run.state().isFinished()) {
      if (!run.isCancelled()) {
        if (run.isHeld() && !run.isPaused()) {
          actions.add(RELEASE);
        }
        actions.add(run.isPaused() ? RESUME : PAUSE);
        actions.add(PRIORITY);
      }
      actions.add(CANCEL);
    } else if (FailedLines.areIn(run)) {
      actions.add(SEND_AGAIN);
    }
    return actions;
  }

  /**
   * Does it to an unfinished run.
   *
   * @param value the number of a priority; null for all others
   * @throws UsageException when it cannot be done now
   * @throws BadRequest when the number is none
   */
  Done take(RunSteering steering, Run run, String value) {
    return switch (this) {
      case PAUSE -> steering.pause(run);
      case RESUME -> steering.resume(run);
      case RELEASE -> steering.release(run);
      case CANCEL -> steering.cancel(run);
      case PRIORITY -> steering.setPriority(run, priority(value));
      case SEND_AGAIN -> throw new IllegalArgumentException("It makes a run; see FailedLines");
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
