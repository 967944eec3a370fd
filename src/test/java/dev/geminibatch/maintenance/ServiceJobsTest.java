package dev.geminibatch.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.maintenance.ServiceJobs.Account;
import dev.geminibatch.maintenance.ServiceJobs.Listing;
import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.testkit.FakeService;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ServiceJobsTest {
  private final FakeService service = new FakeService();
  private final MovableClock clock = new MovableClock(Clock.systemUTC());
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private Supplier<BatchService> answering = () -> service;
  private int asked;

  private ServiceJobs jobs(Executor threads) {
    Account account =
        new Account(
            new ProjectId("p"),
            List.of("default"),
            () -> {
              asked++;
              return answering.get();
            });
    return new ServiceJobs(List.of(account), clock, threads, Duration.ZERO);
  }

  private static Listing only(ServiceJobs jobs) {
    return jobs.listings().get(0);
  }

  private void create(int count) {
    String file = service.holds("files/x", "{}");
    for (int i = 0; i < count; i++) {
      service.createJob("gemini-x", file, "x" + i);
    }
  }

  @Test
  void the_service_is_asked_twice_a_minute_however_many_look() {
    ServiceJobs jobs = jobs(Runnable::run);

    assertThat(only(jobs).jobs()).isEmpty();
    create(1);
    assertThat(only(jobs).jobs()).isEmpty();
    assertThat(asked).isEqualTo(1);
    clock.forward(ServiceJobs.FRESH.plusMillis(1));
    assertThat(only(jobs).jobs()).hasSize(1);
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void it_is_not_asked_again_before_it_has_answered() {
    ServiceJobs jobs = jobs(waiting::add);

    assertThat(only(jobs).problem().orElseThrow()).contains("has not answered yet");
    clock.forward(Duration.ofHours(1));
    only(jobs);
    assertThat(waiting).hasSize(1);
    create(2);
    waiting.remove().run();
    assertThat(only(jobs).jobs()).hasSize(2);
  }

  @Test
  void after_a_failure_the_last_answer_is_shown_with_the_reason() {
    ServiceJobs jobs = jobs(Runnable::run);
    create(1);
    only(jobs);
    answering =
        () -> {
          throw FakeService.failure(Kind.UNAVAILABLE, "The service is overloaded");
        };
    clock.forward(ServiceJobs.FRESH.plusMillis(1));

    Listing listing = only(jobs);

    assertThat(listing.jobs()).hasSize(1);
    assertThat(listing.problem()).hasValue("The service is overloaded");
    assertThat(listing.answered().orElseThrow()).isBefore(clock.instant());
    answering = () -> service;
    clock.forward(ServiceJobs.FRESH.plusMillis(1));
    assertThat(only(jobs).problem()).isEmpty();
  }

  @Test
  void a_project_with_very_many_jobs_is_not_listed_to_its_end() {
    create(ServiceJobs.MOST + 1);

    Listing listing = only(jobs(Runnable::run));

    assertThat(listing.jobs()).hasSize(ServiceJobs.MOST);
    assertThat(listing.isWhole()).isFalse();
  }
}
