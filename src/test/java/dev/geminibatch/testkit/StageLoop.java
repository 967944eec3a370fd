package dev.geminibatch.testkit;

import dev.geminibatch.extension.Delivery;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.Run;
import dev.geminibatch.stage.Itinerary;
import dev.geminibatch.stage.collect.Collector;
import dev.geminibatch.stage.collect.RetryPlanner;
import dev.geminibatch.stage.deliver.Deliverer;
import dev.geminibatch.stage.pack.Packer;
import dev.geminibatch.stage.poll.Poller;
import dev.geminibatch.stage.submit.Submitter;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Ticks, and all that follows from each, as the routes do it, but without Camel. */
public final class StageLoop {
  private final StageFixture fixture;
  private final Poller poller;
  private final Packer packer;

  /**
   * A process that has just started.
   *
   * @param scope the runs that it is for
   */
  public StageLoop(StageFixture fixture, Predicate<Run> scope) {
    this.fixture = fixture;
    this.poller = new Poller(fixture.context(), fixture.queue(90), scope);
    this.packer = new Packer(fixture.context(), fixture.queue(90), fixture.references(), scope);
  }

  public Poller poller() {
    return poller;
  }

  /** One tick, an hour after the last one, and all that follows from it. */
  public void tick() throws IOException {
    fixture.clock().forward(Duration.ofHours(1));
    Poller.Turns turns = poller.poll();
    for (String run : Stream.concat(turns.near().stream(), turns.others().stream()).toList()) {
      Itinerary itinerary = fixture.itinerary();
      boolean goesOn = true;
      while (goesOn) {
        goesOn = stage(Objects.toString(itinerary.next(run), ""), run);
      }
      fixture.busy().end(run);
    }
    packer.pack(true); // as soon as no further run has arrived for a while
  }

  private boolean stage(String endpoint, String run) throws IOException {
    switch (endpoint) {
      case "direct:inspect" -> fixture.inspect(run);
      case "direct:upload" -> fixture.assemble(run);
      case "direct:submit" -> {
        return submitter().submit(run) && false;
      }
      case "direct:collect" -> {
        return collector().collect(run);
      }
      case "direct:deliver" -> deliver(run);
      default -> {
        return false;
      }
    }
    return true;
  }

  public Submitter submitter() {
    return new Submitter(
        fixture.context(), fixture.queue(90), fixture.references(), fixture.jobFileAhead());
  }

  private Collector collector() {
    RetryPlanner retries = new RetryPlanner(fixture.context(), new RequestReader());
    return new Collector(fixture.context(), retries);
  }

  private void deliver(String run) throws IOException {
    Deliverer deliverer = fixture.deliverer();
    Delivery delivery = deliverer.deliver(run);
    if (delivery != null) {
      deliverer.finish(delivery);
    }
  }
}
