package dev.geminibatch.cli;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Shows how far the work is: a bar on a terminal, else a line now and then, the rarer the longer it
 * takes.
 */
final class ProgressDisplay implements Progress {
  private static final int BAR_WIDTH = 24;
  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final Duration FIRST_LINE = Duration.ofSeconds(2);
  private static final Duration LINES_APART = Duration.ofSeconds(10);

  private final Terminal terminal;
  private final Consumer<String> lines;
  private final Clock clock;

  /** The runs of late. */
  private final Map<String, Shown> shown = new LruMap<>(1000);

  private static final class Shown {
    private final long since;
    private long last;
    private String step = "";
    private long stepSince;
    private long stepFrom;

    private Shown(long now) {
      this.since = now;
      this.last = now;
    }
  }

  /**
   * @param lines takes the lines where there is no terminal
   */
  ProgressDisplay(Terminal terminal, Consumer<String> lines, Clock clock) {
    this.terminal = terminal;
    this.lines = lines;
    this.clock = clock;
  }

  @Override
  public void step(Run run, String what, long done, long total, Unit unit) {
    long now = clock.millis();
    String counts;
    synchronized (shown) {
      Shown last = shown.computeIfAbsent(run.id(), id -> new Shown(now));
      if (now - last.last < wait(last, now)) {
        return;
      }
      last.last = now;
      counts = counts(done, total, unit) + left(last, what, done, total, unit, now);
    }
    if (terminal.isInteractive()) {
      terminal.status(run.name() + ": " + bar(done, total) + " " + what + ", " + counts);
    } else {
      lines.accept(run.name() + ": " + what + ", " + counts);
    }
  }

  private long wait(Shown last, long now) {
    if (terminal.isInteractive()) {
      return REDRAW.toMillis();
    }
    if (last.last == last.since) {
      return FIRST_LINE.toMillis();
    }
    return Math.max(LINES_APART.toMillis(), (now - last.since) / 10);
  }

  /** The work is over; nothing of the bar stays. */
  void end() {
    terminal.status("");
  }

  /** The time left, once there is enough to tell it by. */
  private static String left(Shown shown, String what, long done, long total, Unit unit, long now) {
    String step = what.replaceFirst(" \\(.*", "");
    if (!step.equals(shown.step)) {
      shown.step = step;
      shown.stepSince = now;
      shown.stepFrom = done;
    }
    long gone = now - shown.stepSince;
    long moved = done - shown.stepFrom;
    if (unit != Unit.BYTES || total <= done || moved <= 0 || gone < FIRST_LINE.toMillis()) {
      return "";
    }
    long seconds = Math.round((total - done) / (double) moved * gone / 1000);
    return seconds < 120 ? ", " + seconds + " s left" : ", " + seconds / 60 + " min left";
  }

  private static String bar(long done, long total) {
    int filled = total <= 0 ? 0 : (int) Math.min(BAR_WIDTH, BAR_WIDTH * done / total);
    return "[" + "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled) + "]";
  }

  private static String counts(long done, long total, Unit unit) {
    if (unit == Unit.REQUESTS) {
      return done + " of " + total + " requests";
    }
    return megabytes(done) + (total <= 0 ? "" : " of " + megabytes(total));
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
