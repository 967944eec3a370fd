package dev.geminibatch.bench;

import dev.geminibatch.run.TurnSimulation;

/** How runs share a quota, simulated: in fair turns, and in the order of their arrival. */
final class TurnRows {
  private static final int RUNS = 2000;
  private static final String BESIDE = "first come, first served";

  private final Figures figures;

  TurnRows(Figures figures) {
    this.figures = figures;
  }

  void measure() {
    TurnSimulation.Outcome turns = TurnSimulation.of(1, RUNS, TurnSimulation.Way.TURNS);
    TurnSimulation.Outcome firstCome = TurnSimulation.of(1, RUNS, TurnSimulation.Way.FIRST_COME);
    figures.add(
        "turns-use",
        RUNS + " simulated runs share a quota: in use while anything waits",
        Rounds.of(100 * turns.use()),
        "%",
        turns.use() / firstCome.use(),
        BESIDE);
    figures.add(
        "turns-mean-wait",
        "the same, mean wait of small runs",
        Rounds.of(turns.meanWait()),
        "s",
        firstCome.meanWait() / turns.meanWait(),
        BESIDE);
    figures.add(
        "turns-longest-wait",
        "the same, longest wait of small runs",
        Rounds.of(turns.longestWait()),
        "s",
        firstCome.longestWait() / turns.longestWait(),
        BESIDE);
  }
}
