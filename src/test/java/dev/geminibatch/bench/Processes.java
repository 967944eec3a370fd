package dev.geminibatch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Watches a process. */
final class Processes {
  private static final long LOOK_MILLIS = 5;

  private Processes() {}

  /**
   * What a process has used.
   *
   * @param megabytes the most memory that it has had; 0 where it cannot be known
   * @param processorSeconds on all processors together
   */
  record Use(long megabytes, double processorSeconds) {}

  private static long peakMegabytes(Process process) {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0; // it has ended, or the system does not tell
    }
  }

  /** Waits for something, or for the end of the process. */
  static Use await(Process process, BooleanSupplier reached) throws InterruptedException {
    long megabytes = 0;
    Duration time = Duration.ZERO;
    boolean isReached;
    do {
      isReached = reached.getAsBoolean();
      megabytes = Math.max(megabytes, peakMegabytes(process));
      time = process.info().totalCpuDuration().orElse(time);
      if (!isReached) {
        Thread.sleep(LOOK_MILLIS);
      }
    } while (process.isAlive() && !isReached);
    return new Use(megabytes, time.toMillis() / 1e3);
  }

  /** Waits for the end of the process. */
  static Use awaitEnd(Process process) throws InterruptedException {
    return await(process, () -> false);
  }

  static double secondsSince(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  /** How often a text is in a file. */
  static long count(Path file, String text) {
    try {
      String content = Files.readString(file);
      return (content.length() - content.replace(text, "").length()) / text.length();
    } catch (IOException e) {
      return 0;
    }
  }
}
