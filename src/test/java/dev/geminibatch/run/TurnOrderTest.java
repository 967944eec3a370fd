package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.TurnOrder.Waiting;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TurnOrderTest {
  private static final long LIMIT = 100;

  private static Waiting job(String run, String model, long tokens) {
    return new Waiting(run, 1, model, tokens, true, false);
  }

  private static List<String> next(int jobs, Map<String, Long> enqueued, Waiting... inTurn) {
    return TurnOrder.next(List.of(inTurn), jobs, enqueued, model -> LIMIT).stream()
        .map(Waiting::runId)
        .toList();
  }

  @Test
  void as_many_are_next_as_fit_beside_the_open_jobs() {
    assertThat(next(9, Map.of("x", 50L), job("a", "x", 30), job("b", "x", 20), job("c", "x", 1)))
        .containsExactly("a", "b");
    assertThat(next(1, Map.of(), job("a", "x", 30), job("b", "x", 20))).containsExactly("a");
    assertThat(next(0, Map.of(), job("a", "x", 30))).isEmpty();
  }

  @Test
  void whoever_is_next_keeps_the_claim_until_it_fits() {
    assertThat(next(9, Map.of("x", 80L), job("large", "x", 30), job("small", "x", 1))).isEmpty();
  }

  @Test
  void who_waits_for_one_model_holds_up_no_other() {
    assertThat(next(9, Map.of("x", 80L), job("large", "x", 30), job("other", "y", 90)))
        .containsExactly("other");
  }

  @Test
  void a_refused_job_keeps_its_claim_while_it_waits_and_one_that_gathers_has_none_yet() {
    Waiting refused = new Waiting("refused", 1, "x", 5, false, true);
    Waiting gathers = new Waiting("gathers", 1, "y", 5, false, false);

    assertThat(next(9, Map.of(), refused, gathers, job("a", "x", 1), job("b", "y", 1)))
        .containsExactly("b");
  }

  @Test
  void a_job_over_the_whole_limit_is_tried_when_nothing_else_of_its_model_is_open() {
    assertThat(next(9, Map.of(), job("huge", "x", 500), job("next", "x", 1)))
        .containsExactly("huge");
    assertThat(next(9, Map.of("x", 1L), job("huge", "x", 500))).isEmpty();
  }

  @Test
  void a_job_costs_the_larger_of_its_shares() {
    assertThat(TurnOrder.share(10, 100, 90)).isEqualTo(0.1);
    assertThat(TurnOrder.share(10, Long.MAX_VALUE, 50)).isEqualTo(0.02);
    assertThat(TurnOrder.step(0.1, 5)).isEqualTo(0.02);
  }

  @Test
  void whoever_arrives_stands_before_the_next_job_of_a_run_that_was_there() {
    double step = TurnOrder.step(0.1, 5);

    assertThat(TurnOrder.after(0, 0, 0.1, 5)).isBetween(0.0, step).isNotEqualTo(step);
  }
}
