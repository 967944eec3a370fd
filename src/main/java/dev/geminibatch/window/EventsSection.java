package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.ledger.Events;
import dev.geminibatch.ledger.Events.Entry;
import java.time.Clock;
import java.util.List;

/** What has happened that a person may want to know of, the newest first. */
final class EventsSection implements Section {
  private static final int ROWS = 100;
  private static final int MOST_ROWS = 1_000;

  private final Events events;
  private final Answers answers;
  private final Clock clock;

  EventsSection(Sources sources, Answers answers) {
    this.events = sources.ledger().events();
    this.answers = answers;
    this.clock = sources.clock();
  }

  /**
   * A page.
   *
   * @param next what the next one is asked with; null if this one is the last
   */
  private record Page(List<Entry> entries, String next) {}

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/events", (request, names) -> page(request)),
        Route.get("/api/v1/events", (request, names) -> list(request)));
  }

  private Page entries(WebRequest request) {
    int most = request.number("most", 1, MOST_ROWS).orElse(ROWS);
    List<Entry> entries = events.page(before(request), most + 1);
    if (entries.size() <= most) {
      return new Page(entries, null);
    }
    return new Page(entries.subList(0, most), Long.toString(entries.get(most - 1).id()));
  }

  private static long before(WebRequest request) {
    String word = request.query().get("before");
    if (word == null) {
      return Long.MAX_VALUE;
    }
    if (!word.matches("\\d{1,18}")) {
      throw new BadRequest("\"before\" must be what an earlier page gave as \"next\".");
    }
    return Long.parseLong(word);
  }

  private WebAnswer page(WebRequest request) {
    Page page = entries(request);
    return Answers.html(
        200,
        "events",
        new EventsPage(
            answers.frame(request, "Events"),
            page.entries().stream().map(entry -> EventsPage.Event.of(entry, clock)).toList(),
            page.next() == null ? null : "/events?before=" + page.next()));
  }

  private WebAnswer list(WebRequest request) {
    Page page = entries(request);
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode list = document.putArray("events");
    for (Entry entry : page.entries()) {
      list.addObject()
          .put("id", entry.id())
          .put("at", entry.event().at().toString())
          .put("level", EventsPage.word(entry.event().level()))
          .put("text", entry.event().text())
          .put("run", entry.event().runId().orElse(null));
    }
    document.put("next", page.next());
    return Answers.json(200, document);
  }
}
