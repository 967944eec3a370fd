package dev.geminibatch.camel;

import dev.geminibatch.run.LastWords;
import dev.geminibatch.run.WorkInHand;
import dev.geminibatch.stage.Itinerary;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Stands around every step of every route. Camel catches an Error as any exception, and a route may
 * handle it or pass over it: here it is seen before. And each step is a sign that the work on its
 * run makes progress.
 */
final class NodeWatch implements InterceptStrategy {
  private final WorkInHand work;
  private final LastWords lastWords;

  NodeWatch(WorkInHand work, LastWords lastWords) {
    this.work = work;
    this.lastWords = lastWords;
  }

  @Override
  public Processor wrapProcessorInInterceptors(
      CamelContext context, NamedNode node, Processor target, Processor next) {
    String route = CamelContextHelper.getRouteId(node);
    return new Watched(target, route == null ? "" : route);
  }

  private final class Watched extends DelegateAsyncProcessor {
    private final String route;
    private final boolean isStage;

    private Watched(Processor target, String route) {
      super(target);
      this.route = route;
      this.isStage = Itinerary.isStage(route);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      if (!(exchange.getProperty("runId") instanceof String runId)) {
        return watched(exchange, callback);
      }
      WorkInHand.Task task = work.find(runId);
      if (task == null) {
        return watched(exchange, callback);
      }
      work.in(task, route, isStage);
      WorkInHand.Task before = work.enter(task);
      try {
        return watched(exchange, callback);
      } finally {
        work.leave(task, before);
      }
    }

    private boolean watched(Exchange exchange, AsyncCallback callback) {
      try {
        return super.process(
            exchange,
            isSync -> {
              check(exchange.getException(), exchange);
              callback.done(isSync);
            });
      } catch (RuntimeException | Error e) {
        check(e, exchange);
        throw e;
      }
    }

    private void check(Throwable thrown, Exchange exchange) {
      if (thrown != null) {
        lastWords.check(thrown, exchange.getProperty("runId") instanceof String id ? id : null);
      }
    }
  }
}
