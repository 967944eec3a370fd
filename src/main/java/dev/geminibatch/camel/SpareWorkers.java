package dev.geminibatch.camel;

import dev.geminibatch.run.WorkInHand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work on runs in the place of workers that are stuck, for as long as these are. */
final class SpareWorkers {
  private static final Logger LOG = LoggerFactory.getLogger("watch");
  private static final long WAIT_MILLIS = 250;

  private final CamelContext context;
  private final WorkInHand work;
  private final AtomicInteger spares = new AtomicInteger();

  SpareWorkers(CamelContext context, WorkInHand work) {
    this.context = context;
    this.work = work;
  }

  /** Starts one more. */
  void add() {
    Thread thread = new Thread(this::work, "spare-" + spares.incrementAndGet());
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    try (ConsumerTemplate runs = context.createConsumerTemplate();
        ProducerTemplate routes = context.createProducerTemplate()) {
      while (isNeeded()) {
        String run = runs.receiveBody("seda:return", WAIT_MILLIS, String.class);
        run = run != null ? run : runs.receiveBody("seda:advance", WAIT_MILLIS, String.class);
        if (run != null) {
          advance(routes, run);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      spares.decrementAndGet();
    }
  }

  private static void advance(ProducerTemplate routes, String run) {
    try {
      routes.sendBody("direct:advance", run);
    } catch (CamelExecutionException e) {
      // The route has dealt with it already, or it was interrupted itself, which was logged.
      LOG.warn("Run {}: {}", run, e.getCause().toString());
    }
  }

  private boolean isNeeded() {
    long stuck = work.tasks().stream().filter(WorkInHand.Task::isStuck).count();
    return context.isStarted() && spares.get() <= stuck;
  }
}
