package dev.geminibatch.management;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long somebody waits for what takes long to find out. */
class PromptTest {
  private static final Duration EVERY = Duration.ofSeconds(5);

  @Test
  void nobody_waits_for_the_waiting_of_others() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    Prompt<String> prompt =
        new Prompt<>(() -> "never said", EVERY, Clock.systemUTC(), hanging -> asked.countDown());
    CompletableFuture<Optional<String>> other = CompletableFuture.supplyAsync(prompt::get);
    asked.await();

    prompt.underWay();

    assertThat(other).isNotDone();
    assertThat(other.get(1, TimeUnit.MINUTES)).isEmpty();
  }
}
