package dev.geminibatch.window;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.ledger.RunQueries;
import dev.geminibatch.run.OnceKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Does what makes a run, and so costs money, once for each key: a button that is pressed twice, or
 * a request that a client sends once more because it has not heard the answer, finds the run of the
 * first. The ledger has the keys, with their runs.
 */
final class Once {
  private static final int REMEMBERED = 1_000;
  private static final int LONGEST = 200;

  private final RunQueries runs;

  /** No run knows the key of a picture; its inbox tells whether it is there already. */
  private final Map<String, Picture> pictures = new LruMap<>(REMEMBERED);

  Once(RunQueries runs) {
    this.runs = runs;
  }

  private record Picture(String asked, Path place) {}

  /**
   * What an earlier request came to.
   *
   * @param run empty if it brought a picture
   * @param place of a picture
   */
  record Earlier(Optional<String> run, Optional<Path> place) {}

  /**
   * The key of a request: a form has one of its own, a program may send one.
   *
   * @param asked what else it asks for than its address
   */
  static Optional<OnceKey> key(WebRequest request, List<String> asked) {
    String key =
        request.form().getOrDefault("once", request.headers().getOrDefault("idempotency-key", ""));
    if (key.length() > LONGEST) {
      throw new BadRequest("The Idempotency-Key has more than " + LONGEST + " characters.");
    }
    return key.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new OnceKey(key, Sha256.hex(request.path() + "\n" + String.join("\n", asked))));
  }

  /**
   * What was done for a key; nothing while it is being done.
   *
   * @throws Conflict when something else was asked for with it
   */
  synchronized Optional<Earlier> earlier(Optional<OnceKey> once) {
    return once.flatMap(key -> find(key, false));
  }

  /** As {@link #earlier}, once the ledger has said that there is a run. */
  String repeated(Optional<OnceKey> once) {
    return once.flatMap(key -> find(key, true)).flatMap(Earlier::run).orElseThrow();
  }

  private Optional<Earlier> find(OnceKey key, boolean isBroughtIn) {
    Optional<RunQueries.Keyed> run = runs.ofKey(key.key());
    if (run.isPresent()) {
      check(key, run.get().asked());
      return isBroughtIn || run.get().isReceived()
          ? Optional.of(new Earlier(Optional.of(run.get().run()), Optional.empty()))
          : Optional.empty();
    }
    Picture picture = pictures.get(key.key());
    if (picture == null) {
      return Optional.empty();
    }
    check(key, picture.asked());
    return Optional.of(new Earlier(Optional.empty(), Optional.of(picture.place())));
  }

  private static void check(OnceKey key, String asked) {
    if (!asked.equals(key.asked())) {
      throw new Conflict(
          "This key was sent with another request; each has a key of its own. In a browser, open"
              + " the page again.");
    }
  }

  /** A picture is in its inbox. */
  synchronized void keep(OnceKey key, Path place) {
    pictures.put(key.key(), new Picture(key.asked(), place));
  }
}
