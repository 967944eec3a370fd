package dev.geminibatch.window;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.io.UsageException;
import java.util.Map;
import java.util.Optional;

/**
 * Does what makes a run, and so costs money, once for each key: a button that is pressed twice, or
 * a request that a client sends once more because it has not heard the answer, finds the run of the
 * first.
 */
final class Once {
  private static final int REMEMBERED = 1_000;

  /** The runs by key; empty while one is made. */
  private final Map<String, Optional<String>> runs = new LruMap<>(REMEMBERED);

  /**
   * Begins.
   *
   * @param key empty if whoever asks has none
   * @return the run, if it was made before
   * @throws UsageException when it is being made
   */
  synchronized Optional<String> begin(String key) {
    if (key.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> earlier = runs.get(key);
    if (earlier == null) {
      runs.put(key, Optional.empty());
      return Optional.empty();
    }
    if (earlier.isEmpty()) {
      throw new UsageException("This is being done already; look at the runs in a moment.");
    }
    return earlier;
  }

  /** It is done. */
  synchronized void done(String key, String run) {
    if (!key.isEmpty()) {
      runs.put(key, Optional.of(run));
    }
  }

  /** It has come to nothing, and may be begun again. */
  synchronized void failed(String key) {
    runs.remove(key);
  }

  /** The key of a request: a form has one of its own, a program may send one. */
  static String key(WebRequest request) {
    return request
        .form()
        .getOrDefault("once", request.headers().getOrDefault("idempotency-key", ""));
  }
}
