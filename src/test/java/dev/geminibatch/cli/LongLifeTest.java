package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.LongLife;
import dev.geminibatch.testkit.LongLife.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the daemon takes does not grow with the number of files that it has worked on. */
@EnabledOnOs(OS.LINUX)
class LongLifeTest {
  private static final long MEGABYTE = 1_000_000;

  @TempDir Path folder;

  /** Some seconds of it, for every build. */
  @Test
  @Tag("process")
  void a_hundred_files_among_faults_are_answered_and_forgotten() throws Exception {
    List<Sample> samples = new LongLife(folder, 100, 50).live();

    assertThat(samples).hasSizeBetween(1, 2);
    Sample last = samples.get(samples.size() - 1);
    assertThat(last.heap()).isLessThan(120 * MEGABYTE);
    assertThat(last.threads()).isLessThan(120);
    assertThat(last.handles()).isLessThan(300);
  }

  /** {@code ./mvnw -Psoak verify}: writes target/soak/soak.md. */
  @Test
  @Tag("soak")
  void what_the_daemon_takes_stays_the_same_over_thousands_of_files() throws Exception {
    int runs = Integer.getInteger("soak.runs", 5_000);
    LongLife life = new LongLife(folder, runs, runs / 20);
    List<Sample> samples;
    try {
      samples = life.live();
    } finally {
      Path table = Files.createDirectories(Path.of("target/soak")).resolve("soak.md");
      life.write(table);
    }

    flat("heap after GC", samples, Sample::heap, 15 * MEGABYTE);
    flat("resident memory", samples, Sample::resident, 40 * MEGABYTE);
    flat("threads", samples, Sample::threads, 10);
    flat("open files", samples, Sample::handles, 30);
    flat("state folder", samples, Sample::state, 10 * MEGABYTE);
    flat("archive", samples, Sample::archive, MEGABYTE);
    flat("ledger", samples, Sample::ledger, 5 * MEGABYTE);
    flat("rows of the ledger", samples, Sample::rows, 3_000);
    assertThat(samples).extracting(Sample::log).allMatch(log -> log < 40 * MEGABYTE);
  }

  /**
   * Compares the last third with the one before it; in the first third caches fill. How many files
   * are in progress or wait to be forgotten depends on the machine, so there is some room.
   */
  private static void flat(
      String what, List<Sample> samples, ToLongFunction<Sample> size, long room) {
    int third = samples.size() / 3;
    long before = most(samples.subList(third, 2 * third), size);
    long last = most(samples.subList(2 * third, samples.size()), size);
    assertThat(last).as(what).isLessThanOrEqualTo(before + before / 10 + room);
  }

  private static long most(List<Sample> samples, ToLongFunction<Sample> size) {
    return samples.stream().mapToLong(size).max().orElseThrow();
  }
}
