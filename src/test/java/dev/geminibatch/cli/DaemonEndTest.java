package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.MemberIdentity;
import dev.geminibatch.ledger.ServerLeases.End;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a daemon ends that the members of its ledger ask to. */
@Timeout(60)
class DaemonEndTest {
  private static final End DRAINED = new End("Somebody has asked to drain it", false);
  private static final End TOO_OLD = new End("The tables are newer", true);

  private int asked;
  private int over = Integer.MAX_VALUE;
  private final DaemonEnd end = new DaemonEnd(() -> ++asked >= over);

  @Test
  void one_that_is_drained_finishes_what_it_has_in_hand() throws Exception {
    over = 3;
    end.ask(DRAINED);
    end.ask(DRAINED);

    end.ask(DRAINED);

    assertThat(end.await()).isEqualTo(ExitCode.OK);
    assertThat(asked).isEqualTo(3);
  }

  @Test
  void what_takes_too_long_is_left_to_others() throws Exception {
    for (int beat = 0; beat <= MemberIdentity.BEATS; beat++) {
      end.ask(DRAINED);
    }

    assertThat(end.await()).isEqualTo(ExitCode.OK);
  }

  @Test
  void one_that_is_too_old_ends_at_once() throws Exception {
    end.ask(TOO_OLD);

    assertThat(end.await()).isEqualTo(ExitCode.USAGE);
    assertThat(asked).isZero();
  }

  @Test
  void whoever_drains_a_member_waits_longer_than_that_takes() {
    for (Duration silence : new Duration[] {Duration.ofSeconds(1), Duration.ofMinutes(10)}) {
      Duration beat = silence.dividedBy(MemberIdentity.BEATS);

      assertThat(DrainCommand.patience(silence)).isGreaterThan(silence.plus(beat));
    }
    assertThat(DrainCommand.patience(Duration.ofMinutes(1))).isEqualTo(Duration.ofMinutes(2));
  }
}
