package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WarmUpTest {
  @Test
  void it_ends_when_hashing_is_fast_and_at_the_latest_after_some_megabytes() {
    assertThat(WarmUp.hash()).isBetween(8, 256);
  }
}
