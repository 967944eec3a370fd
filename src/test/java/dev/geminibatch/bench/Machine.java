package dev.geminibatch.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;

/**
 * What was measured on.
 *
 * @param processors that Java may use
 * @param processor its name; empty if the system does not tell
 * @param gigabytes of memory
 * @param system the operating system
 * @param java version and vendor
 * @param commit what was measured; with a plus if there were changes beside it
 * @param date of the run
 */
record Machine(
    int processors,
    String processor,
    long gigabytes,
    String system,
    String java,
    String commit,
    String date) {

  static Machine here() throws IOException, InterruptedException {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        processorName(),
        Math.round(system.getTotalMemorySize() / (double) (1L << 30)),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.version() + " " + System.getProperty("java.vendor"),
        revision(),
        LocalDate.now().toString());
  }

  private static String processorName() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return ""; // only Linux has it
    }
  }

  private static String revision() throws InterruptedException {
    try {
      String id = git("rev-parse", "--short", "HEAD");
      return id.isEmpty() ? "unknown" : id + (git("status", "--porcelain").isEmpty() ? "" : "+");
    } catch (IOException e) {
      return "unknown"; // there is no Git
    }
  }

  private static String git(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process git =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return git.waitFor() == 0 ? said : "";
  }

  String inWords() {
    return String.format(
        Locale.ROOT,
        "%d processors, Java %s, %s, %s, commit %s",
        processors,
        java.replaceAll("\\D.*", ""),
        system.replaceAll(" .*", ""),
        date,
        commit);
  }
}
