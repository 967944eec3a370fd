package dev.geminibatch.sandbox;

import dev.geminibatch.io.Quantity;
import java.time.Duration;
import java.util.Optional;

/**
 * One thing that goes wrong.
 *
 * @param value what the misbehaviour needs; empty if it needs nothing
 * @param message to go with it
 * @param retryAfter the header of that name
 * @param answered share of a job's lines that are answered before it ends, 0 to 1
 */
record Fault(
    Misbehaviour what,
    String value,
    Optional<String> message,
    Optional<String> retryAfter,
    double answered) {

  boolean is(Misbehaviour other) {
    return what == other;
  }

  int code() {
    return Integer.parseInt(value);
  }

  Duration time() {
    return Quantity.duration(what.word(), value);
  }

  String messageOr(String byDefault) {
    return message.orElse(byDefault);
  }
}
