package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.LearnedLimits.Shown;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a ledger promises of the limits that the service has shown. */
abstract class LearnedLimitsContract extends LedgerContract {
  private Shown shown() {
    return ledger.limits().of(PROJECT, "m");
  }

  private static Shown of(long allowed, long refused, int refusals) {
    return new Shown(allowed, OptionalLong.of(refused), refusals, false);
  }

  @Test
  void what_was_accepted_and_refused_is_kept_by_project_and_model() {
    ledger.limits().accepted(PROJECT, "m", 40);
    ledger.limits().accepted(PROJECT, "m", 30);
    ledger.limits().refused(PROJECT, "m", 90);
    ledger.limits().refused(PROJECT, "m", 80);
    ledger.limits().refused(PROJECT, "m", 85);

    assertThat(shown()).isEqualTo(of(40, 80, 3));
    assertThat(ledger.limits().of(PROJECT, "n")).isEqualTo(Shown.NOTHING);
    assertThat(ledger.limits().of(OTHER_PROJECT, "m")).isEqualTo(Shown.NOTHING);
  }

  @Test
  void a_restart_keeps_it() throws IOException {
    ledger.limits().accepted(PROJECT, "m", 40);
    ledger.limits().refused(PROJECT, "m", 90);

    reopen();

    assertThat(shown()).isEqualTo(of(40, 90, 1));
  }

  @Test
  void it_is_forgotten_a_day_after_the_last_refusal_whatever_was_accepted_since() {
    ledger.limits().refused(PROJECT, "m", 90);
    clock.forward(Duration.ofHours(23));
    ledger.limits().accepted(PROJECT, "m", 40);
    assertThat(shown()).isEqualTo(of(40, 90, 1));

    clock.forward(Duration.ofHours(2));
    assertThat(shown()).isEqualTo(Shown.NOTHING);

    ledger.limits().accepted(PROJECT, "m", 10);
    assertThat(shown()).isEqualTo(new Shown(10, OptionalLong.empty(), 0, false));
  }

  @Test
  void more_accepted_than_was_refused_takes_the_refusal_back() {
    ledger.limits().refused(PROJECT, "m", 90);
    ledger.limits().accepted(PROJECT, "m", 90);

    assertThat(shown()).isEqualTo(new Shown(90, OptionalLong.empty(), 0, false));
  }

  @Test
  void less_refused_than_was_accepted_takes_the_acceptance_back() {
    ledger.limits().accepted(PROJECT, "m", 90);
    ledger.limits().refused(PROJECT, "m", 90);

    assertThat(shown()).isEqualTo(of(81, 90, 1));
  }
}
