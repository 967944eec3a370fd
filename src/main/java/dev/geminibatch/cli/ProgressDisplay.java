package dev.geminibatch.cli;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.io.Visible;
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

  /** Fewer bytes are mostly through before anybody has read that they are on their way. */
  private static final long WORTH_SHOWING = 1 << 20;

  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final Duration FIRST_LINE = Duration.ofSeconds(2);
  private static final Duration LINES_APART = Duration.ofSeconds(10);

  private final Terminal terminal;
  private final Consumer<String> lines;
  private final Clock clock;

  /** The runs of late. */
  private final Map<String, Shown> shown = new LruMap<>(1000);

  /** The run whose line stands there, and what it counts. */
  private String drawn = "";

  private Unit counted = Unit.BYTES;

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

    /** A step without its details; no pattern, since steps come as often as lines. */
    private static String name(String what) {
      String name = what.substring(0, end(what, ','));
      return name.substring(0, end(name, '('));
    }

    private static int end(String what, char mark) {
      int at = what.indexOf(mark);
      return at < 0 ? what.length() : at;
    }

    /** Whether this is the first of a step. */
    private boolean begin(String what, long done, long now) {
      String name = name(what);
      if (name.equals(step)) {
        return false;
      }
      step = name;
      stepSince = now;
      stepFrom = done;
      return true;
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
    long now = clock.millis();
    String left;
    synchronized (shown) {
      Shown last = shown.computeIfAbsent(run.id(), id -> new Shown(now));
      boolean isNew = last.begin(what, done, now);
      boolean isSmall = unit == Unit.BYTES && Math.max(done, total) < WORTH_SHOWING;
      if (isSmall && now - last.stepSince < FIRST_LINE.toMillis()) {
        return;
      }
      // On a terminal the line of a step that is over must not stay.
      if (now - last.last < wait(last, now) && !(isNew && terminal.isInteractive())) {
        return;
      }
      last.last = now;
      left = left(last, done, total, unit, now);
      drawn = run.id();
      counted = unit;
    }
    String words = what + ", " + counts(done, total, unit) + left;
    if (terminal.isInteractive()) {
      terminal.status(line(Visible.line(run.name()), bar(done, total, unit), words));
    } else {
      lines.accept(run.name() + ": " + words);
    }
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

  @Override
  public void stageOver(Run run) {
    boolean isDrawn;
    synchronized (shown) {
      // Requests are counted while a job is with the service, and that no stage ends.
      isDrawn = run.id().equals(drawn) && (counted == Unit.BYTES || run.state().isFinished());
    }
    if (isDrawn) {
      end();
    }
  }

  /** The work is over; nothing of the bar stays. */
  void end() {
    terminal.status("");
  }

  /** The time left, once there is enough to tell it by. */
  private static String left(Shown shown, long done, long total, Unit unit, long now) {
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
