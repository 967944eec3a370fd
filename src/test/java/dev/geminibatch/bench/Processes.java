package dev.geminibatch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** Watches processes. */
final class Processes {
  private Processes() {}

  /** The most memory that a process has had so far, in megabytes; 0 where it cannot be known. */
  static long peakMegabytes(Process process) {
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

  /**
   * Waits for something, or for the end of the process; gives the peak of its memory until then.
   */
  static long await(Process process, BooleanSupplier reached) throws InterruptedException {
    long most = 0;
    while (process.isAlive() && !reached.getAsBoolean()) {
      most = Math.max(most, peakMegabytes(process));
      Thread.sleep(20);
    }
    return Math.max(most, peakMegabytes(process));
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
