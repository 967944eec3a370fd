package dev.geminibatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** How long a start takes: of a short command, and of the daemon. */
final class StartRows {
  private final Conditions conditions;

  StartRows(Conditions conditions) {
    this.conditions = conditions;
  }

  void measure() throws Exception {
    measure(conditions.installed(), "", "");
    String other = System.getProperty("bench.other-java");
    if (other != null) {
      Installed installed =
          Installed.in(conditions.folder(), Path.of(other), conditions.profiles());
      measure(installed, "-other", ", other Java");
    }
  }

  private void measure(Installed installed, String suffix, String inWords) throws Exception {
    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      Rounds list = new Rounds();
      Rounds ready = new Rounds();
      Rounds unaided = new Rounds();
      for (int round = 0; round < conditions.rounds(); round++) {
        Path folder = conditions.scratch();
        list.add(list(installed.launcher("list" + suffix, folder, sandbox.baseUrl())));
        ready.add(ready(installed.launcher("ready" + suffix, folder, sandbox.baseUrl())));
        unaided.add(
            ready(installed.plainJava("ready-unaided" + suffix, folder, sandbox.baseUrl())));
      }
      Figures figures = conditions.figures();
      figures.add("list" + suffix, "--list, from start to end" + inWords, list, "s");
      figures.add("ready" + suffix, "the daemon is ready after" + inWords, ready, "s");
      figures.add(
          "ready-unaided" + suffix,
          "the same without launcher and class archive" + inWords,
          unaided,
          "s");
    }
  }

  private static double list(RealJar jar) throws Exception {
    long begin = System.nanoTime();
    RealJar.Running run = jar.start("--list");
    assertThat(run.process().waitFor()).as(() -> "exit code of --list").isZero();
    return Processes.secondsSince(begin);
  }

  private static double ready(RealJar jar) throws Exception {
    long begin = System.nanoTime();
    RealJar.Running daemon =
        jar.with("MANAGEMENT_ENABLED", "true").with("MANAGEMENT_PORT", "0").start();
    Processes.await(daemon.process(), () -> Processes.count(daemon.err(), "Ready.") > 0);
    double seconds = Processes.secondsSince(begin);
    daemon.stop();
    return seconds;
  }
}
