package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.TurnSimulation.Way;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of random arrivals. */
class TurnSimulationTest {
  private static final int ARRIVALS = 2000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void small_runs_wait_a_bounded_time_and_the_quota_is_used_and_nobody_starves(long seed) {
    TurnSimulation.Outcome turns = TurnSimulation.of(seed, ARRIVALS, Way.TURNS);
    TurnSimulation.Outcome firstCome = TurnSimulation.of(seed, ARRIVALS, Way.FIRST_COME);

    assertThat(turns.use()).isGreaterThan(0.9);
    assertThat(turns.longestWait()).isLessThan(600);
    assertThat(turns.longestWait()).isLessThan(firstCome.longestWait() / 10);
    assertThat(turns.unfinished()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void jobs_that_are_cut_only_when_they_are_next_use_the_quota_as_well(long seed) {
    TurnSimulation.Outcome cutLate = TurnSimulation.of(seed, ARRIVALS, Way.TURNS_CUT_LATE);

    assertThat(cutLate.use()).isGreaterThan(0.9);
    assertThat(cutLate.longestWait()).isLessThan(300);
    assertThat(cutLate.meanWait()).isLessThan(30);
    assertThat(cutLate.unfinished()).isZero();
  }
}
