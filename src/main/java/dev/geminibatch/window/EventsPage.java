package dev.geminibatch.window;

import dev.geminibatch.ledger.Events;
import dev.geminibatch.ledger.Events.Entry;
import java.time.Clock;
import java.util.List;
import java.util.Locale;

/**
 * What has happened.
 *
 * @param next the address of the next page; null if this is the last
 */
record EventsPage(Frame frame, List<Event> events, String next) {
  /**
   * Something that has happened.
   *
   * @param kind gives its level a colour
   * @param runId null if it is about no run
   */
  record Event(Moment at, String level, String kind, String text, String runId) {
    static Event of(Entry entry, Clock clock) {
      Events.Event event = entry.event();
      return new Event(
          Moment.of(event.at(), clock),
          word(event.level()),
          switch (event.level()) {
            case ERROR -> "final";
            case WARN -> "again";
            case INFO -> "open";
          },
          event.text(),
          event.runId().orElse(null));
    }
  }

  /** A level in an address and on the page. */
  static String word(Events.Level level) {
    return level == Events.Level.WARN ? "warning" : level.name().toLowerCase(Locale.ROOT);
  }
}
