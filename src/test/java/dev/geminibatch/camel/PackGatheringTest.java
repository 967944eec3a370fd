package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.MovableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("camel")
class PackGatheringTest {
  private final MovableClock clock = new MovableClock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  private final PackGathering gathering = new PackGathering(Duration.ofSeconds(20), 3, clock);
  private final DefaultCamelContext camel = new DefaultCamelContext();

  @Test
  void as_many_as_a_pack_takes_wait_for_no_others() {
    Exchange gathered = gathering.aggregate(null, new DefaultExchange(camel));
    assertThat(gathering.isOver(gathered)).isFalse();
    gathered = gathering.aggregate(gathered, new DefaultExchange(camel));
    assertThat(gathering.isOver(gathered)).isFalse();
    gathered = gathering.aggregate(gathered, new DefaultExchange(camel));
    assertThat(gathering.isOver(gathered)).isTrue();
  }

  @Test
  void fewer_wait_for_others_for_the_longest_time_at_most() {
    Exchange gathered = gathering.aggregate(null, new DefaultExchange(camel));
    clock.forward(Duration.ofSeconds(19));
    gathered = gathering.aggregate(gathered, new DefaultExchange(camel));
    assertThat(gathering.isOver(gathered)).isFalse();
    clock.forward(Duration.ofSeconds(1));
    assertThat(gathering.isOver(gathered)).isTrue();
  }
}
