package dev.geminibatch.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Prometheus' own tool, where it is on the path. */
final class Promtool {
  private Promtool() {}

  static boolean isThere() throws InterruptedException {
    try {
      return new ProcessBuilder("promtool", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * What {@code promtool check} says.
   *
   * @param input that it reads
   */
  static String check(String input, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("promtool", "check"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() == 0 ? said : "FAILED\n" + said;
  }
}
