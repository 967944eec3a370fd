package dev.geminibatch.management;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.service.Redactor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Makes checks side by side, so that one that hangs or fails hides no other. */
public final class Checks {
  /** After that long a person wonders. */
  private static final Duration QUIET = Duration.ofSeconds(2);

  private final List<Check> checks;

  public Checks(List<Check> checks) {
    this.checks = checks;
  }

  /**
   * What they find, in the order of the checks.
   *
   * @param progress gets the names of those that take longer than a moment
   */
  public List<Finding> findings(Consumer<String> progress) throws InterruptedException {
    List<FutureTask<List<Finding>>> tasks =
        checks.stream().map(check -> new FutureTask<>(check.body()::findings)).toList();
    long begin = System.nanoTime();
    start(tasks, check -> !check.isHeavy());
    List<String> slow = slow(tasks, check -> !check.isHeavy(), begin);
    start(tasks, Check::isHeavy); // it would keep a small machine from the others
    slow.addAll(slow(tasks, Check::isHeavy, begin));
    if (!slow.isEmpty()) {
      progress.accept("Still checking: " + String.join(", ", slow));
    }
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      findings.addAll(finding(checks.get(i), tasks.get(i), begin));
    }
    return findings;
  }

  private void start(List<FutureTask<List<Finding>>> tasks, Predicate<Check> which) {
    for (int i = 0; i < tasks.size(); i++) {
      if (which.test(checks.get(i))) {
        Thread thread = new Thread(tasks.get(i), "check " + checks.get(i).name());
        thread.setDaemon(true); // one that hangs keeps nobody waiting
        thread.start();
      }
    }
  }

  /** Those that have not ended after a moment. */
  private List<String> slow(
      List<FutureTask<List<Finding>>> tasks, Predicate<Check> which, long begin)
      throws InterruptedException {
    List<String> slow = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      try {
        if (which.test(checks.get(i))) {
          tasks.get(i).get(left(begin, QUIET), TimeUnit.NANOSECONDS);
        }
      } catch (TimeoutException e) {
        slow.add(checks.get(i).name());
      } catch (ExecutionException e) {
        // becomes a finding
      }
    }
    return slow;
  }

  private static long left(long begin, Duration of) {
    return Math.max(0, of.toNanos() - (System.nanoTime() - begin));
  }

  private static List<Finding> finding(Check check, FutureTask<List<Finding>> task, long begin)
      throws InterruptedException {
    try {
      return task.get(left(begin, check.most()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      task.cancel(true);
      return List.of(
          Finding.problem(
              check.name(),
              "not checked: it took longer than " + Amounts.time(check.most()),
              check.late()));
    } catch (ExecutionException e) {
      return List.of(failed(check, e.getCause()));
    }
  }

  private static Finding failed(Check check, Throwable why) {
    if (Ledger.away(why).isPresent()) {
      return Finding.warning(check.name(), "is not checked", "First see \"ledger\".");
    }
    String message = Redactor.redact(String.valueOf(why.getMessage()));
    return why instanceof UsageException
        ? Finding.problem(check.name(), message)
        : Finding.problem(
            check.name(),
            "not checked: " + why.getClass().getSimpleName() + ": " + message,
            check.late());
  }
}
