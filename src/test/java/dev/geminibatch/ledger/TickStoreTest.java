package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.quartz.impl.jdbcjobstore.SchedulerStateRecord;

/** Who fires triggers, where members have different clocks. */
class TickStoreTest {
  private final TickStore store = new TickStore(null, trigger -> true);

  private boolean isGone(String member, long mark) {
    SchedulerStateRecord seen = new SchedulerStateRecord();
    seen.setSchedulerInstanceId(member);
    seen.setCheckinTimestamp(mark);
    return store.calcFailedIfAfter(seen) < System.currentTimeMillis();
  }

  @Test
  void a_member_is_gone_when_its_mark_has_not_changed_for_some_looks() {
    for (int look = 0; look < 4; look++) {
      assertThat(isGone("one", 5)).isFalse();
    }
    assertThat(isGone("one", 5)).isTrue();
    assertThat(isGone("one", 5)).as("still").isTrue();
    assertThat(isGone("one", 6)).as("it is back").isFalse();
  }

  @Test
  void a_member_whose_clock_is_wrong_is_not_gone() {
    for (int look = 0; look < 10; look++) {
      assertThat(isGone("one", look)).isFalse();
      assertThat(isGone("other", Long.MAX_VALUE - look)).isFalse();
    }
  }
}
