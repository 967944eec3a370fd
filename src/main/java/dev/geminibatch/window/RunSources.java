package dev.geminibatch.window;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.StateFolder;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is known of a run besides what the ledger has.
 *
 * @param state where its lines and their answers lie
 * @param requests reads its lines
 * @param rules what is set for it
 */
public record RunSources(
    StateFolder state, Reports reports, RequestReader requests, Function<Run, Rules> rules) {

  /**
   * What is set for a run.
   *
   * @param check which of its answers count
   * @param mostCost what it may cost by its forecast, or it is not sent
   */
  public record Rules(AnswerCheck check, Optional<BigDecimal> mostCost) {}
}
