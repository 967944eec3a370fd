package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.ModelPace.Open;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ModelPaceTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
  private static final ModelPace PACE = pace(10, 15, 20);

  private static ModelPace pace(long... minutes) {
    return new ModelPace(
        "gemini-x",
        Stream.of(minutes)
            .flatMapToLong(java.util.Arrays::stream)
            .mapToObj(Duration::ofMinutes)
            .toList());
  }

  private static Instant ago(long minutes) {
    return NOW.minus(Duration.ofMinutes(minutes));
  }

  @Test
  void a_job_is_expected_to_take_as_long_as_others_did() {
    assertThat(PACE.left(ago(5), NOW)).hasValue(Duration.ofMinutes(10));
    assertThat(PACE.left(ago(16), NOW)).as("it is over any moment").isEmpty();
    assertThat(pace().left(ago(5), NOW)).as("nothing is known").isEmpty();
  }

  @Test
  void tokens_become_free_as_the_oldest_jobs_end() {
    List<Open> open = List.of(new Open(ago(2), 30), new Open(ago(9), 20));

    assertThat(PACE.untilFree(open, 20, NOW)).hasValue(Duration.ofMinutes(6));
    assertThat(PACE.untilFree(open, 21, NOW)).hasValue(Duration.ofMinutes(13));
    assertThat(PACE.untilFree(open, 51, NOW)).isEmpty();
  }

  @Test
  void a_job_that_takes_far_longer_than_all_others_is_doubted() {
    assertThat(PACE.doubt(ago(59), NOW)).isEmpty();
    assertThat(PACE.doubt(ago(7 * 60), NOW))
        .hasValue("no progress for 7 h; 3 other jobs of gemini-x ended within 20 min");
    assertThat(pace(10, 15).doubt(ago(7 * 60), NOW)).as("too few to tell").isEmpty();
  }
}
