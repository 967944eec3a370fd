package dev.geminibatch.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a process runs, in words that stand in the ledger: another one on the same machine can find
 * out that it is over, and need not wait for its silence to last. Only Linux says enough; elsewhere
 * it is not known.
 */
public final class ProcessTrace {
  private static final ProcessTrace HERE = new ProcessTrace(Path.of("/proc"));

  /** The number of clock ticks from the start of the machine to that of the process. */
  private static final int START = 19;

  private final Path proc;

  /**
   * @param proc where the system shows its processes
   */
  ProcessTrace(Path proc) {
    this.proc = proc;
  }

  /** Of this process; empty if it cannot be said. */
  public static String here() {
    return HERE.of(Long.toString(ProcessHandle.current().pid()));
  }

  /** Whether a process has certainly ended: it ran here, and there is none with its number now. */
  public static boolean isOver(String trace) {
    return HERE.hasEnded(trace);
  }

  /** Whether a process certainly runs, or ran, on this machine. */
  public static boolean isOfThisMachine(String trace) {
    return HERE.machine().equals(Optional.of(trace.split(":")[0]));
  }

  String of(String pid) {
    try {
      Optional<String> start = start(pid);
      return machine()
          .flatMap(machine -> start.map(ticks -> machine + ":" + pid + ":" + ticks))
          .orElse("");
    } catch (IOException | RuntimeException e) {
      return "";
    }
  }

  boolean hasEnded(String trace) {
    String[] parts = trace.split(":");
    if (parts.length != 3 || !machine().equals(Optional.of(parts[0]))) {
      return false;
    }
    try {
      Optional<String> start = start(parts[1]);
      return start.isPresent() ? !start.get().equals(parts[2]) : areAllShown();
    } catch (IOException | RuntimeException e) {
      return false; // it is there, and more cannot be said
    }
  }

  /** This machine since it was started; a container counts as one. */
  private Optional<String> machine() {
    try {
      String boot = Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
      String numbers = Files.readSymbolicLink(proc.resolve("self/ns/pid")).toString();
      return Optional.of(boot + "-" + numbers.replaceAll("\\D", ""));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** When a process has started; empty if none is shown. */
  private Optional<String> start(String pid) throws IOException {
    try {
      String stat = Files.readString(proc.resolve(pid).resolve("stat"));
      // The name of the program stands in brackets, and may hold anything.
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[START]);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Those of other users may be hidden, as if they did not exist ({@code hidepid}). */
  private boolean areAllShown() throws IOException {
    try (Stream<String> mounts = Files.lines(proc.resolve("self/mountinfo"))) {
      return mounts.noneMatch(line -> line.contains("hidepid="));
    }
  }
}
