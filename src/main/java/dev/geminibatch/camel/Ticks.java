package dev.geminibatch.camel;

import dev.geminibatch.stage.poll.PollTimes;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;

/** Asks the route {@code poll} to poll, in a process that works on one file. */
final class Ticks {
  private static final String POLL = "direct:poll";

  /** A poll that takes longer is waited for by whoever stops the routes. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final PollTimes times;
  private final ProducerTemplate template;
  private final Thread thread = new Thread(this::run, "ticks");

  private Ticks(PollTimes times, ProducerTemplate template) {
    this.times = times;
    this.template = template;
  }

  /** Begins. */
  static Ticks start(CamelContext context, PollTimes times, ProducerTemplate template) {
    Ticks ticks = new Ticks(times, template);
    ticks.thread.setDaemon(true);
    if (context.hasEndpoint(POLL) != null) { // in the routes of an earlier version it has a timer
      ticks.thread.start();
    }
    return ticks;
  }

  private void run() {
    try {
      while (times.await()) {
        template.sendBody(POLL, "");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** No more of them, once the present poll is over. */
  void end() throws InterruptedException {
    times.end();
    thread.join(PATIENCE.toMillis());
  }
}
