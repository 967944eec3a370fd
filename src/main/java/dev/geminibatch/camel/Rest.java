package dev.geminibatch.camel;

import dev.geminibatch.settings.Hooks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
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

  /**
   * Waits for what ends at once anyway.
   *
   * @return whether nothing is under way or queued any more
   */
  static boolean await(CamelContext context) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (context.getInflightRepository().size() > 0) {
      if (never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS) || System.nanoTime() - end > 0) {
        return false;
      }
    }
    return context.getRoutes().stream()
        .allMatch(
            route ->
                !(route.getConsumer() instanceof SedaConsumer queue)
                    || queue.getPendingExchangesSize() == 0);
  }

  /**
   * Whether no route and no component of a user may have something to write or to send.
   *
   * @param stages where the hooks lead to
   */
  static boolean keepsNothing(CamelContext context, Map<String, String> stages) {
    return Hooks.areUnused(stages)
        && context.getEndpoints().stream()
            .map(endpoint -> StringHelper.before(endpoint.getEndpointUri(), ":"))
            .allMatch(KEEP_NOTHING::contains);
  }

  /** Waits for what ends at once anyway, and then for the consumers of queues. */
  static void of(CamelContext context) throws InterruptedException {
    if (!await(context)) {
      return; // the stop itself waits for it, and its queues are still in use
    }
    List<Thread> ends = new ArrayList<>();
    for (Route route : context.getRoutes()) {
      Consumer consumer = route.getConsumer();
      if (consumer instanceof SedaConsumer queue && queue.getPendingExchangesSize() == 0) {
        // A stop would ask one after the other, and each takes until its poll is over.
        Thread rest = new Thread(() -> queue.prepareShutdown(false, false), "rest");
        rest.setDaemon(true);
        rest.start();
        ends.add(rest);
      }
    }
    for (Thread each : ends) {
      each.join(PATIENCE.toMillis());
    }
  }
}
