package dev.geminibatch.window;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.control.DryRun;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.stage.inspect.UnsentLine;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What sending a file would do.
 *
 * @param overBudget why it would not be sent although it can be; empty if it would
 * @param byCode how many lines cannot be sent, by problem code
 * @param examples the first of them
 */
record DryRunPage(
    Frame frame,
    Preflight preflight,
    String overBudget,
    Map<String, Long> byCode,
    List<UnsentLine> examples) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MOST_EXAMPLES = 100;

  static DryRunPage of(Frame frame, DryRun.Inspected inspected, Optional<BigDecimal> mostCost)
      throws IOException {
    Preflight preflight = inspected.preflight().orElseThrow();
    Map<String, Long> byCode = new TreeMap<>();
    List<UnsentLine> examples = new ArrayList<>();
    inspected.eachUnsentLine(
        line -> {
          byCode.merge(line.code(), 1L, Long::sum);
          if (examples.size() < MOST_EXAMPLES) {
            examples.add(line);
          }
        });
    String overBudget = mostCost.flatMap(preflight::overBudget).orElse("");
    return new DryRunPage(frame, preflight, overBudget, byCode, examples);
  }

  /** The same for a program: as {@code --dry-run --json} says it, but for lines without end. */
  ObjectNode json() {
    ObjectNode document = MAPPER.valueToTree(preflight);
    document.set("problems", MAPPER.valueToTree(byCode));
    document.set("badLines", MAPPER.valueToTree(examples));
    return document.put("overBudget", !overBudget.isEmpty());
  }
}
