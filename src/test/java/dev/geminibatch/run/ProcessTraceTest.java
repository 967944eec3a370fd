package dev.geminibatch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be said of a process of which only the number and the start are known. */
class ProcessTraceTest {
  @TempDir Path proc;

  private ProcessTrace trace;

  @BeforeEach
  void aMachine() throws IOException {
    assumeThat(Path.of("/proc/self/ns/pid")).exists(); // links of that name are for Linux
    write("sys/kernel/random/boot_id", "abc-def\n");
    write("self/mountinfo", "36 35 0:1 / /proc rw,nosuid - proc proc rw\n");
    Files.createDirectories(proc.resolve("self/ns"));
    Files.createSymbolicLink(proc.resolve("self/ns/pid"), Path.of("pid:[4026]"));
    run("17", "900");
    trace = new ProcessTrace(proc);
  }

  private void write(String file, String text) throws IOException {
    Path path = proc.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void run(String pid, String start) throws IOException {
    write(pid + "/stat", pid + " (a b) c) S" + " 0".repeat(18) + " " + start + " 0 0\n");
  }

  @Test
  void a_process_that_runs_is_not_over() {
    assertThat(trace.of("17")).isEqualTo("abc-def-4026:17:900");
    assertThat(trace.hasEnded("abc-def-4026:17:900")).isFalse();
  }

  @Test
  void a_process_that_is_missing_is_over() {
    assertThat(trace.hasEnded("abc-def-4026:18:900")).isTrue();
    assertThat(trace.of("18")).isEmpty();
  }

  @Test
  void another_one_with_its_number_is_not_that_process() throws IOException {
    run("17", "901");

    assertThat(trace.hasEnded("abc-def-4026:17:900")).isTrue();
  }

  @Test
  void a_process_that_cannot_be_read_may_be_alive() throws IOException {
    Files.delete(proc.resolve("17/stat"));
    Files.createDirectory(proc.resolve("17/stat"));

    assertThat(trace.hasEnded("abc-def-4026:17:900")).isFalse();
  }

  @Test
  void where_the_system_hides_processes_a_missing_one_may_be_alive() throws IOException {
    write("self/mountinfo", "36 35 0:1 / /proc rw,nosuid - proc proc rw,hidepid=invisible\n");

    assertThat(trace.hasEnded("abc-def-4026:18:900")).isFalse();
  }

  @Test
  void of_another_machine_or_an_unknown_one_nothing_is_known() {
    assertThat(trace.hasEnded("abc-def-4027:18:900")).isFalse();
    assertThat(trace.hasEnded("")).isFalse();
    assertThat(trace.hasEnded("abc-def-4026:18")).isFalse();
    assertThat(ProcessTrace.isOfThisMachine("")).isFalse();
  }

  @Test
  void this_process_runs_on_this_machine() {
    String here = ProcessTrace.here();

    assertThat(ProcessTrace.isOfThisMachine(here)).isTrue();
    assertThat(ProcessTrace.isOver(here)).isFalse();
  }
}
