package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** After an Error in any thread the process ends, with a line about it. */
class EndingTest {
  private static final Logger ROOT = Logger.getLogger("");

  private final List<Integer> halts = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final List<Handler> handlers = List.of(ROOT.getHandlers());
  private final Thread.UncaughtExceptionHandler before =
      Thread.getDefaultUncaughtExceptionHandler();

  @BeforeEach
  void install() {
    install(new PrintStream(screen, true, StandardCharsets.UTF_8));
  }

  private void install(PrintStream err) {
    new Ending(new Terminal(err, err, false, () -> 80), halts::add).install();
  }

  @AfterEach
  void remove() {
    Thread.setDefaultUncaughtExceptionHandler(before);
    for (Handler handler : ROOT.getHandlers()) {
      if (!handlers.contains(handler)) {
        ROOT.removeHandler(handler);
      }
    }
  }

  private String screen() {
    return screen.toString(StandardCharsets.UTF_8);
  }

  @Test
  void an_error_that_nobody_catches_ends_the_process_with_a_line() throws Exception {
    Thread thread =
        new Thread(
            () -> {
              throw new NoClassDefFoundError("a/b/C");
            },
            "some-thread");
    thread.start();
    thread.join();

    assertThat(halts).contains(ExitCode.ERROR);
    assertThat(screen())
        .contains("ERROR NoClassDefFoundError in the thread some-thread: a/b/C (at dev.geminibatch")
        .contains("exit code 70", "Nothing is lost");
  }

  @Test
  void an_exception_that_nobody_catches_ends_nothing() throws Exception {
    Thread thread =
        new Thread(
            () -> {
              throw new IllegalStateException("any");
            });
    thread.start();
    thread.join();

    assertThat(halts).isEmpty();
  }

  @Test
  void an_error_that_a_library_catches_and_logs_ends_the_process() {
    LogRecord entry = new LogRecord(Level.SEVERE, "Job (DEFAULT.poll) threw an exception.");
    entry.setThrown(new RuntimeException(new OutOfMemoryError("Java heap space")));
    Logger.getLogger("org.quartz.core.JobRunShell").log(entry);

    assertThat(halts).contains(ExitCode.ERROR);
    assertThat(screen()).contains("Out of memory", "-Xmx");
  }

  @Test
  void a_library_that_does_without_a_class_ends_nothing() {
    LogRecord entry = new LogRecord(Level.WARNING, "No native transport");
    entry.setThrown(new UnsatisfiedLinkError("epoll"));
    Logger.getLogger("io.netty").log(entry);

    assertThat(halts).isEmpty();
  }

  @Test
  void the_process_ends_although_nobody_reads_what_it_says() throws Exception {
    remove();
    CountDownLatch never = new CountDownLatch(1);
    OutputStream pipe =
        new OutputStream() {
          @Override
          public void write(int each) {
            try {
              never.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    install(new PrintStream(pipe, true, StandardCharsets.UTF_8));
    Thread thread =
        new Thread(
            () -> {
              throw new StackOverflowError();
            });
    thread.start();

    await().dontCatchUncaughtExceptions().until(() -> halts.contains(ExitCode.ERROR));
    never.countDown();
    thread.join();
  }
}
