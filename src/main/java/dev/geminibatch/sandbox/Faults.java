package dev.geminibatch.sandbox;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Misbehaviour: lined up for the next requests to an endpoint, or by chance. */
public final class Faults {
  private final Map<Endpoint, Queue<Fault>> lined = new EnumMap<>(Endpoint.class);
  private final Map<Endpoint, Duration> delays = new EnumMap<>(Endpoint.class);
  private final Map<Endpoint, Odds> odds = new EnumMap<>(Endpoint.class);

  private record Odds(double probability, RandomGenerator random, List<Fault> faults) {}

  /** One misbehaviour. */
  public sealed interface Fault {}

  /** Answer with an error and do nothing. */
  public record Status(int code, String message) implements Fault {}

  /** Do what was asked and cut the connection instead of answering. */
  public record LostAnswer() implements Fault {}

  /** Cut the connection before doing anything. */
  public record Cut() implements Fault {}

  /** A stored file is shown in this state instead of ACTIVE, with a reason if it has one. */
  public record FileState(String state, String reason) implements Fault {}

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

  /** From now on every request to the endpoint goes wrong with this probability. */
  public synchronized Faults sometimes(
      double probability, long seed, Endpoint endpoint, Fault... faults) {
    odds.put(endpoint, new Odds(probability, new Random(seed), List.of(faults)));
    return this;
  }

  /** From now on every request to the endpoint takes at least this long. */
  public synchronized Faults delay(Endpoint endpoint, Duration time) {
    delays.put(endpoint, time);
    return this;
  }

  synchronized Duration delayOf(Endpoint endpoint) {
    return delays.getOrDefault(endpoint, Duration.ZERO);
  }

  synchronized Optional<Fault> take(Endpoint endpoint) {
    Queue<Fault> queue = lined.get(endpoint);
    if (queue != null && !queue.isEmpty()) {
      return Optional.of(queue.poll());
    }
    Odds chance = odds.get(endpoint);
    if (chance != null && chance.random().nextDouble() < chance.probability()) {
      return Optional.of(chance.faults().get(chance.random().nextInt(chance.faults().size())));
    }
    return Optional.empty();
  }
}
