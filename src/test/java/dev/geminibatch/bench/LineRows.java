package dev.geminibatch.bench;

import java.util.Collection;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What a line costs, beside Jackson. */
final class LineRows {
  private final Figures figures;

  LineRows(Figures figures) {
    this.figures = figures;
  }

  void measure() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(LineWork.class.getName())
                    .verbosity(VerboseMode.SILENT)
                    .forks(1)
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(2))
                    .measurementIterations(3)
                    .measurementTime(TimeValue.seconds(2))
                    .build())
            .run();
    for (String kind : new String[] {"text", "tagged"}) {
      double plain = nanoseconds(results, kind, ".jackson");
      double ours = nanoseconds(results, kind, ".ours");
      figures.add(
          "line-" + kind,
          "a " + kind + " line, checked and rewritten",
          Rounds.of(ours / 1000),
          "us",
          plain / ours,
          "Jackson");
    }
  }

  private static double nanoseconds(Collection<RunResult> results, String kind, String method) {
    return results.stream()
        .filter(result -> result.getParams().getParam("kind").equals(kind))
        .filter(result -> result.getParams().getBenchmark().endsWith(method))
        .mapToDouble(result -> result.getPrimaryResult().getScore())
        .findFirst()
        .orElseThrow();
  }
}
