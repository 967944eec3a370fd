package dev.geminibatch.camel;

import dev.geminibatch.stage.assemble.Assembler;
import dev.geminibatch.stage.assemble.Assembler.PreparedLine;
import dev.geminibatch.stage.assemble.Assembly;
import java.io.IOException;
import java.util.List;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;

/**
 * Gathers split lines into the jobs of their run.
 *
 * <p>What is gathered is on disk and in the {@link Assembly} that the route keeps as a property, so
 * nothing grows here.
 */
final class JobAggregation implements AggregationStrategy {
  private final Assembler assembler;

  JobAggregation(Assembler assembler) {
    this.assembler = assembler;
  }

  @Override
  public Exchange aggregate(Exchange before, Exchange lines) {
    return aggregate(before, lines, lines);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Exchange aggregate(Exchange before, Exchange lines, Exchange run) {
    if (lines.getException() != null) {
      // A group that failed comes here as well, unprepared: it must end the split.
      run.setException(lines.getException());
      return run;
    }
    try {
      assembler.gather(assembly(run), (List<PreparedLine>) lines.getMessage().getBody());
    } catch (IOException e) {
      throw new RuntimeCamelException(e);
    }
    return run;
  }

  @Override
  public void onCompletion(Exchange result, Exchange run) {
    if (result == null || result.getException() != null) {
      try {
        assembler.abandon(assembly(run));
      } catch (IOException e) {
        throw new RuntimeCamelException(e);
      }
    }
  }

  private static Assembly assembly(Exchange exchange) {
    return exchange.getProperty("assembly", Assembly.class);
  }
}
