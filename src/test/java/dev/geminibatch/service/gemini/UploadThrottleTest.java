package dev.geminibatch.service.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class UploadThrottleTest {
  private final UploadThrottle pace = new UploadThrottle(8);

  @Test
  void a_refusal_halves_the_number_for_everybody() {
    pace.slowDown(failure(Kind.QUOTA, Optional.empty()));

    assertThat(pace.limit()).isEqualTo(4);
  }

  @Test
  void a_burst_of_refusals_counts_once() {
    for (int i = 0; i < 8; i++) {
      pace.slowDown(failure(Kind.UNAVAILABLE, Optional.empty()));
    }

    assertThat(pace.limit()).isEqualTo(4);
  }

  @Test
  void success_gives_the_number_back() {
    pace.slowDown(failure(Kind.QUOTA, Optional.empty()));
    for (int i = 0; i < 100; i++) {
      pace.speedUp();
    }

    assertThat(pace.limit()).isEqualTo(8);
  }

  @Test
  void a_lost_connection_says_nothing_about_the_number() {
    pace.slowDown(failure(Kind.UNREACHABLE, Optional.empty()));

    assertThat(pace.limit()).isEqualTo(8);
  }

  @Test
  void one_more_than_allowed_waits_for_another_to_leave() throws Exception {
    UploadThrottle narrow = new UploadThrottle(1);
    UploadThrottle.Slot slot = narrow.enter();
    CompletableFuture<Void> second = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              narrow.enter().close();
              second.complete(null);
            });
    thread.start();
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);

    slot.close();

    second.get();
  }

  private static ServiceFailure failure(Kind kind, Optional<Duration> retryAfter) {
    return new ServiceFailure(kind, "STATUS", "message", retryAfter, null);
  }
}
