package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.ledger.Events.Event;
import dev.geminibatch.ledger.Events.Level;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsSectionTest {
  @TempDir private Path folder;
  private StageFixture fixture;
  private Visitor visitor;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    visitor = new Visitor(WindowFixture.window(fixture, false));
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private Event event(Level level, String text, String run) {
    return new Event(fixture.clock().instant(), level, text, Optional.ofNullable(run));
  }

  @Test
  void without_events_the_page_says_so() throws IOException {
    assertThat(visitor.page("/events"))
        .contains("Nothing has happened yet.")
        .doesNotContain("<table>");
  }

  @Test
  void events_are_shown_as_text_with_the_way_to_their_run() throws IOException {
    fixture
        .ledger()
        .events()
        .write(
            List.of(
                event(Level.INFO, "The daemon has started", null),
                event(Level.ERROR, "<script>alert(1)\u202e: broken", "r1")));

    assertThat(visitor.page("/events"))
        .contains("/runs/r1", "&lt;script&gt;", "\\u202E", "error", "The daemon has started")
        .doesNotContain("<script>alert");
    JsonNode events = visitor.json("/api/v1/events").get("events");
    assertThat(events.findValuesAsText("level")).containsExactly("error", "info");
    assertThat(events.get(0).get("run").asText()).isEqualTo("r1");
  }

  @Test
  void older_events_are_on_further_pages() throws IOException {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      events.add(event(Level.WARN, "event " + i + ".", null));
    }
    fixture.ledger().events().write(events);

    JsonNode first = visitor.json("/api/v1/events");
    JsonNode second = visitor.json("/api/v1/events?before=" + first.get("next").asText());

    assertThat(first.get("events")).hasSize(100);
    assertThat(second.get("events")).hasSize(20);
    assertThat(second.get("next").isNull()).isTrue();
    assertThat(visitor.page("/events")).contains("event 119.", "Older events");
    assertThat(visitor.get("/events?before=x").status()).isEqualTo(400);
  }
}
