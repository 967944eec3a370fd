package dev.geminibatch.window;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A stream that says when something has changed, so that a page can ask for what it shows again.
 * Each event is a number that stands for the state of the ledger.
 */
final class ChangesSection implements Section {
  private final Sources sources;

  ChangesSection(Sources sources) {
    this.sources = sources;
  }

  @Override
  public List<Route> routes() {
    return List.of(Route.get(Window.CHANGES, (request, names) -> stream(event(stamp()))));
  }

  /** Stands for what the ledger holds: whatever is written into it changes the number. */
  long stamp() {
    return sources.ledger().probe().stamp();
  }

  /** What is sent when it has changed. */
  static String event(long stamp) {
    return "data: " + stamp + "\n\n";
  }

  private static WebAnswer stream(String beginning) {
    return WebAnswer.of(
        200,
        WebAnswer.EVENTS,
        out -> out.write(("retry: 5000\n" + beginning).getBytes(StandardCharsets.UTF_8)));
  }
}
