package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.io.DiskReserve;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The archive that a daemon has made, with a command that only notes that it was called. */
@DisabledOnOs(OS.WINDOWS)
class ClassArchiveTest {
  private static final long SIZE = 1 << 20;

  @TempDir Path scratch;

  @Test
  void it_is_made_once_when_there_is_nothing_to_do() throws Exception {
    AtomicInteger looks = new AtomicInteger();

    archive("echo made >> called", SIZE, () -> looks.incrementAndGet() == 3).makeWhenIdle().join();

    assertThat(looks).hasValue(3);
    assertThat(scratch.resolve("called")).hasContent("made");
  }

  @Test
  void it_is_not_made_while_there_is_something_to_do() throws Exception {
    Thread thread = archive("echo made >> called", SIZE, () -> false).makeWhenIdle();
    thread.interrupt();
    thread.join();

    assertThat(scratch.resolve("called")).doesNotExist();
  }

  @Test
  void it_is_not_made_where_the_disk_has_no_room() throws Exception {
    archive("echo made >> called", Long.MAX_VALUE / 2, () -> true).make();

    assertThat(scratch.resolve("called")).doesNotExist();
  }

  @Test
  void what_makes_it_reads_nothing_prints_nothing_and_has_no_key() throws Exception {
    archive("cat; echo out; echo err >&2; echo \"[$GEMINI_API_KEY]\" >> called", SIZE, () -> true)
        .make();

    assertThat(scratch.resolve("called")).hasContent("[]");
  }

  @Test
  void a_failure_disturbs_nobody() throws Exception {
    archive("exit 2", SIZE, () -> true).make();
    new ClassArchive(
            scratch, List.of("/none/such"), reserve(), SIZE, () -> true, Duration.ofMillis(1))
        .make();
  }

  private ClassArchive archive(String script, long size, BooleanSupplier isIdle) {
    return new ClassArchive(
        scratch.resolve("not/there/yet"),
        List.of("sh", "-c", "cd '" + scratch + "' && " + script),
        reserve(),
        size,
        isIdle,
        Duration.ofMillis(1));
  }

  private static DiskReserve reserve() {
    return new DiskReserve(1);
  }
}
