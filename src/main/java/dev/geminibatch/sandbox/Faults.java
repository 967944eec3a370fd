package dev.geminibatch.sandbox;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/** Misbehaviour that is lined up for the next requests to an endpoint. */
public final class Faults {
  private final Map<Endpoint, Queue<Fault>> lined = new EnumMap<>(Endpoint.class);

  /** One misbehaviour. */
  public sealed interface Fault {}

  /** Answer with an error and do nothing. */
  public record Status(int code, String message) implements Fault {}

  /** Do what was asked and cut the connection instead of answering. */
  public record LostAnswer() implements Fault {}

  /** Cut the connection before doing anything. */
  public record Cut() implements Fault {}

  /** Announce the whole answer, send half of it and cut the connection. */
  public record HalfAnswer() implements Fault {}

  /** The next {@code times} requests to the endpoint go wrong in this way. */
  public synchronized Faults next(int times, Endpoint endpoint, Fault fault) {
    Queue<Fault> queue = lined.computeIfAbsent(endpoint, e -> new ArrayDeque<>());
    for (int i = 0; i < times; i++) {
      queue.add(fault);
    }
    return this;
  }

  synchronized Optional<Fault> take(Endpoint endpoint) {
    Queue<Fault> queue = lined.get(endpoint);
    return queue == null ? Optional.empty() : Optional.ofNullable(queue.poll());
  }
}
