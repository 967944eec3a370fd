package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that do not end take no time from other runs. */
@Tag("camel")
class SpareWorkersTest {
  private static final int DEAF = 2;

  @TempDir Path folder;
  private Workshop workshop;

  /** What a user's bean does at its worst. */
  public static final class Deaf {
    private static final AtomicInteger CALLS = new AtomicInteger();
    private static final CountDownLatch AWAKE = new CountDownLatch(1);

    /** Hears no interrupt. */
    public void work() {
      boolean isOver = CALLS.incrementAndGet() > DEAF;
      while (!isOver) {
        try {
          AWAKE.await();
          isOver = true;
        } catch (InterruptedException e) {
          // goes on
        }
      }
    }
  }

  @AfterEach
  void close() throws IOException {
    Deaf.AWAKE.countDown();
    workshop.close();
  }

  @Test
  void others_are_delivered_while_every_worker_hangs_and_hears_no_interrupt() throws IOException {
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(
        mine.resolve("mine.camel.yaml"),
        """
        - route:
            id: mine
            from:
              uri: direct:mine
              steps:
                - bean:
                    beanType: dev.geminibatch.camel.SpareWorkersTest$Deaf
                    method: work
                - to:
                    uri: direct:inspect
        """);
    workshop =
        Workshop.open(
            folder,
            "routes.extra=" + mine,
            "stage.after-receive=direct:mine",
            "run.concurrency=" + DEAF,
            "run.stuck-after=10s");
    workshop.sandbox().setJobTime(Duration.ZERO);
    workshop.drop("hang-1.jsonl", nativeLine("1", "hang 1"));
    workshop.drop("hang-2.jsonl", nativeLine("1", "hang 2"));
    await().until(() -> Deaf.CALLS.get() == DEAF);
    for (int i = 0; i < 10; i++) {
      workshop.drop("good-" + i + ".jsonl", nativeLine("1", "good " + i));
    }

    await()
        .atMost(Duration.ofSeconds(120))
        .until(
            () -> {
              workshop.passTime(Duration.ofMillis(500));
              return delivered() == 10;
            });

    assertThat(workshop.runs())
        .filteredOn(run -> run.name().startsWith("hang"))
        .hasSize(DEAF)
        .allSatisfy(
            run ->
                assertThat(run.reason().orElseThrow())
                    .startsWith("No progress for")
                    .contains("in the route mine"));
    assertThat(workshop.lastWords()).isEmpty();
  }

  private long delivered() {
    return workshop.runs().stream().map(Run::state).filter(RunState.DELIVERED::equals).count();
  }
}
