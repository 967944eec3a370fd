package dev.geminibatch.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.management.Finding.Level;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ChecksTest {

  @Test
  @Timeout(30)
  void a_check_that_hangs_or_fails_hides_no_other() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    List<Check> checks =
        List.of(
            new Check(
                "hangs",
                "Wake it.",
                Duration.ofMillis(50),
                () -> {
                  never.await();
                  return List.of();
                }),
            new Check(
                "fails",
                "Repair it.",
                () -> {
                  throw new IOException("no disk");
                }),
            new Check(
                "refuses",
                "",
                () -> {
                  throw new UsageException("x is \"y\"; write z.");
                }),
            new Check("works", "", () -> List.of(Finding.ok("works", "fine"))));
    StringBuilder progress = new StringBuilder();

    assertThat(new Checks(checks).findings(progress::append))
        .containsExactly(
            new Finding(
                "hangs", Level.PROBLEM, "not checked: it took longer than 0.1 s", "Wake it."),
            new Finding("fails", Level.PROBLEM, "not checked: IOException: no disk", "Repair it."),
            new Finding("refuses", Level.PROBLEM, "x is \"y\"", "Write z."),
            new Finding("works", Level.OK, "fine", ""));
    assertThat(progress).hasToString("Still checking: hangs");
  }
}
