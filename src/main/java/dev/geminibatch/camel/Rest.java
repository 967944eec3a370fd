package dev.geminibatch.camel;

import dev.geminibatch.settings.Hooks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.seda.SedaConsumer;
import org.apache.camel.util.StringHelper;

/** Waits for the rest of routes that are about to be stopped, for less than their stop would. */
final class Rest {
  /** A stop looks once a second whether what was under way is over. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private static final Duration LOOK = Duration.ofMillis(2);

  private static final Set<String> KEEP_NOTHING = Set.of("direct", "seda", "timer", "https");

  private Rest() {}

  /** Waits for what ends at once anyway; whether nothing is under way any more. */
  static boolean await(CamelContext context) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (context.getInflightRepository().size() > 0) {
      if (never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS) || System.nanoTime() - end > 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether nothing is queued, and no route and no component of a user may have something to write
   * or to send.
   *
   * @param stages where the hooks lead to
   */
  static boolean keepsNothing(CamelContext context, Map<String, String> stages) {
    return Hooks.areUnused(stages)
        && context.getEndpoints().stream()
            .map(endpoint -> StringHelper.before(endpoint.getEndpointUri(), ":"))
            .allMatch(KEEP_NOTHING::contains)
        && queues(context).allMatch(Rest::isEmpty);
  }

  private static Stream<SedaConsumer> queues(CamelContext context) {
    return context.getRoutes().stream()
        .map(Route::getConsumer)
        .filter(SedaConsumer.class::isInstance)
        .map(SedaConsumer.class::cast);
  }

  private static boolean isEmpty(SedaConsumer queue) {
    return queue.getPendingExchangesSize() == 0;
  }

  /** Ends the consumers of empty queues, which is to come before a stop, beside each other. */
  static void endQueues(CamelContext context) throws InterruptedException {
    List<Thread> ends = new ArrayList<>();
    for (SedaConsumer queue : queues(context).filter(Rest::isEmpty).toList()) {
      // A stop would ask one after the other, and each takes until its poll is over.
      Thread rest = new Thread(() -> queue.prepareShutdown(false, false), "rest");
      rest.setDaemon(true);
      rest.start();
      ends.add(rest);
    }
    for (Thread each : ends) {
      each.join(PATIENCE.toMillis());
    }
  }
}
