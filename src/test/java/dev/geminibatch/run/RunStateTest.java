package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The states of a run. */
class RunStateTest {
  @Test
  void every_state_but_the_last_two_leads_on_to_one_of_these() {
    for (RunState state : RunState.values()) {
      Set<RunState> reached = EnumSet.of(state);
      for (int i = 0; i < RunState.values().length; i++) {
        EnumSet.copyOf(reached).forEach(from -> reached.addAll(from.next()));
      }
      assertThat(reached).as(state.name()).containsAnyOf(RunState.DELIVERED, RunState.FAILED);
      assertThat(state.next().isEmpty()).isEqualTo(state.isFinished());
    }
  }
}
