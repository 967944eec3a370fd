package dev.geminibatch.sandbox;

import dev.geminibatch.io.Quantity;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One thing that goes wrong.
 *
 * @param value what the misbehaviour needs; empty if it needs nothing
 * @param message to go with it
 * @param retryAfter the header of that name
 * @param answered share of a job's lines that are answered before it ends, 0 to 1
 * @param http the HTTP status of an error answer, where it differs from the error's code
 */
record Fault(
    Misbehaviour what,
    String value,
    Optional<String> message,
    Optional<String> retryAfter,
    double answered,
    OptionalInt http) {

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

  /** The error that a call with this key is answered with. */
  ApiError error(String key) {
    ApiError error =
        switch (what) {
          case ACCOUNT -> AccountRefusal.of(value).orElseThrow().error(key);
          case SUSPENDED_KEY -> AccountRefusal.CONSUMER_SUSPENDED.error(key);
          default ->
              new ApiError(code(), messageOr("The sandbox was asked to answer with this status."));
        };
    return http.isPresent() ? error.within(http.getAsInt()) : error;
  }
}
