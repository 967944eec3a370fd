package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of random arrivals. */
class TurnSimulationTest {
  private static final int ARRIVALS = 2000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void small_runs_wait_a_bounded_time_and_the_quota_is_used_and_nobody_starves(long seed) {
    TurnSimulation.Outcome turns = TurnSimulation.of(seed, ARRIVALS, true);
    TurnSimulation.Outcome firstCome = TurnSimulation.of(seed, ARRIVALS, false);

    assertThat(turns.use()).isGreaterThan(0.9);
    assertThat(turns.longestWait()).isLessThan(600);
    assertThat(turns.longestWait()).isLessThan(firstCome.longestWait() / 10);
    assertThat(turns.unfinished()).isZero();
  }
}
