package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("camel")
class JobAggregationTest {
  private final DefaultCamelContext context = new DefaultCamelContext();

  @Test
  void a_group_of_lines_that_failed_fails_the_run_and_is_not_written() {
    Exchange run = new DefaultExchange(context);
    Exchange lines = new DefaultExchange(context);
    lines.setException(new IllegalStateException("no reference"));

    Exchange result = new JobAggregation(null).aggregate(null, lines, run);

    assertThat(result).isSameAs(run);
    assertThat(run.getException()).hasMessage("no reference");
  }
}
