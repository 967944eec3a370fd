package dev.geminibatch.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.RunLedger;
import dev.geminibatch.stage.receive.Receiver;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a run goes. */
class ItineraryTest {
  @TempDir Path folder;
  private StageFixture fixture;
  private RunLedger runs;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    runs = fixture.runs();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_run_goes_on_where_the_settings_say_and_a_dry_run_does_not() throws IOException {
    Itinerary itinerary = fixture.itinerary();
    String run = fixture.dropped("a.jsonl");
    Path file = Files.writeString(folder.resolve("b.jsonl"), "any");
    String dry =
        fixture
            .receiver()
            .receive(
                new Receiver.Order(file, folder.resolve("o.jsonl"), Optional.empty(), false, true));
    assertThat(itinerary.next(run)).isEqualTo("direct:inspect");
    assertThat(itinerary.next(dry)).isEqualTo("direct:inspect");

    runs.inspected(run, "a", 1, 0, false);
    runs.inspected(dry, "b", 1, 0, false);
    assertThat(itinerary.next(run)).isEqualTo("direct:upload");
    assertThat(itinerary.next(dry)).isNull();

    runs.hold(run, "for a reason");
    assertThat(itinerary.next(run)).isNull();
    runs.release();
    assertThat(itinerary.next(run)).isEqualTo("direct:upload");
  }
}
