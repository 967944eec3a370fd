package dev.geminibatch.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a process runs, in words that stand in the ledger: another one on the same machine can find
 * out that it is over, and need not wait for its silence to last. Only Linux says enough; elsewhere
 * it is not known.
 */
public final class ProcessTrace {
  private static final Path PROC = Path.of("/proc");

  /** The number of clock ticks from the start of the machine to that of the process. */
  private static final int START = 19;

  private ProcessTrace() {}

  /** Of this process; empty if it cannot be said. */
  public static String here() {
    String pid = Long.toString(ProcessHandle.current().pid());
    return machine()
        .flatMap(machine -> start(pid).map(start -> machine + ":" + pid + ":" + start))
        .orElse("");
  }

  /** Whether a process has certainly ended: it ran here, and there is none with its number now. */
  public static boolean isOver(String trace) {
    List<String> parts = List.of(trace.split(":"));
    return parts.size() == 3
        && machine().equals(Optional.of(parts.get(0)))
        && !start(parts.get(1)).equals(Optional.of(parts.get(2)));
  }

  /** Whether a process certainly runs, or ran, on this machine. */
  public static boolean isOfThisMachine(String trace) {
    return machine().equals(Optional.of(trace.split(":")[0]));
  }

  /** This machine since it was started; a container counts as one. */
  private static Optional<String> machine() {
    try {
      String boot = Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
      String numbers = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
      return Optional.of(boot + "-" + numbers.replaceAll("\\D", ""));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> start(String pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid).resolve("stat"));
      // The name of the program stands in brackets, and may hold anything.
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[START]);
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }
}
