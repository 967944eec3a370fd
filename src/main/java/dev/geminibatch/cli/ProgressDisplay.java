package dev.geminibatch.cli;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Shows how far the work is: a bar on a terminal, else a line now and then, the rarer the longer it
 * takes.
 */
final class ProgressDisplay implements Progress {
  private static final int BAR_WIDTH = 24;
  private static final int SHORTEST_NAME = 12;

  /** Fewer bytes are through before anybody has read that they are on their way. */
  private static final long WORTH_SHOWING = 1 << 20;

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
   * A display.
   *
   * @param lines takes the lines where there is no terminal
   */
  ProgressDisplay(Terminal terminal, Consumer<String> lines, Clock clock) {
    this.terminal = terminal;
    this.lines = lines;
    this.clock = clock;
  }

  @Override
  public void step(Run run, String what, long done, long total, Unit unit) {
    if (unit == Unit.BYTES && Math.max(done, total) < WORTH_SHOWING) {
      return;
    }
    long now = clock.millis();
    String left;
    synchronized (shown) {
      Shown last = shown.computeIfAbsent(run.id(), id -> new Shown(now));
      if (now - last.last < wait(last, now) && !isNews(what, last)) {
        return;
      }
      last.last = now;
      left = left(last, what, done, total, unit, now);
    }
    String words = what + ", " + counts(done, total, unit) + left;
    if (terminal.isInteractive()) {
      terminal.status(line(run.name(), bar(done, total, unit), words));
    } else {
      lines.accept(run.name() + ": " + words);
    }
  }

  /** On a terminal the line of a step that is over must not stay. */
  private boolean isNews(String what, Shown last) {
    return terminal.isInteractive() && !step(what).equals(last.step);
  }

  private static String step(String what) {
    return what.replaceFirst("[,(].*", "");
  }

  /** The file's name gives way first: whoever waits knows it. */
  private String line(String name, String bar, String words) {
    String rest = ": " + bar + " " + words;
    int room = terminal.statusWidth() - rest.length();
    return room >= Math.min(name.length(), SHORTEST_NAME)
        ? Amounts.middle(name, room) + rest
        : bar + " " + words;
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
    String step = step(what);
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
    return ", " + Amounts.time(Duration.ofSeconds(Math.max(1, seconds))) + " left";
  }

  /** A job is not over when all of its requests are served: its bar is never full. */
  private static String bar(long done, long total, Unit unit) {
    int most = unit == Unit.REQUESTS ? BAR_WIDTH - 1 : BAR_WIDTH;
    int filled = total <= 0 ? 0 : (int) Math.min(most, BAR_WIDTH * done / total);
    return "[" + "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled) + "]";
  }

  private static String counts(long done, long total, Unit unit) {
    if (unit == Unit.REQUESTS) {
      return Amounts.count(done) + " of " + Amounts.count(total) + " requests";
    }
    return Amounts.size(done) + (total <= 0 ? "" : " of " + Amounts.size(total));
  }
}
