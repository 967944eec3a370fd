package dev.geminibatch.sandbox;

import dev.geminibatch.io.Quantity;
import dev.geminibatch.io.UsageException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Where, what and how often something goes wrong, as a person writes it:
 *
 * <pre>
 * batch-create lost-answer times=2
 * download half-answer every=2
 * all status=503 chance=0.2 seed=7 message=The model is overloaded.
 * </pre>
 *
 * Without {@code times}, {@code every}, {@code chance} or {@code for} it happens always. The
 * message is the rest of the line.
 */
final class FaultRule {
  private static final String HOW = "; a rule is written: batch-create status=503 times=2";
  private static final Set<String> OPTIONS =
      Set.of(
          "times",
          "every",
          "chance",
          "seed",
          "after",
          "for",
          "key",
          "http",
          "retry-after",
          "answered");

  private final String text;
  private final Set<Endpoint> where;
  private final Fault fault;
  private final Clock clock;
  private final Instant until;
  private final Optional<String> key;
  private final long after;
  private final long every;
  private final double chance;
  private final Random random;
  private long left;
  private long seen;
  private long happened;

  private FaultRule(
      String text, Set<Endpoint> where, Fault fault, Map<String, String> options, Clock clock) {
    this.text = text;
    this.where = where;
    this.fault = fault;
    this.clock = clock;
    this.until =
        options.containsKey("for")
            ? clock.instant().plus(Quantity.duration("for", options.get("for")))
            : Instant.MAX;
    this.key = Optional.ofNullable(options.get("key"));
    this.after = (long) number(options, "after", 0, 0, Long.MAX_VALUE);
    this.left = (long) number(options, "times", Long.MAX_VALUE, 1, Long.MAX_VALUE);
    this.every = (long) number(options, "every", 1, 1, Long.MAX_VALUE);
    this.chance = number(options, "chance", 1, 0, 1);
    this.random = new Random((long) number(options, "seed", 1, 0, Long.MAX_VALUE));
  }

  /**
   * Reads a rule.
   *
   * @param clock by which {@code for=14s} ends; it begins now
   * @throws UsageException naming the word that is wrong, and what can be written instead
   */
  static FaultRule parse(String text, Clock clock) {
    try {
      return read(text, clock);
    } catch (UsageException e) {
      throw new UsageException("Rule \"" + text.strip() + "\": " + e.getMessage());
    }
  }

  private static FaultRule read(String text, Clock clock) {
    String[] halves = text.strip().split("\\s+message=", 2);
    String[] words = halves[0].split("\\s+");
    if (words.length < 2) {
      throw new UsageException("it needs a place and a misbehaviour" + HOW + ".");
    }
    Misbehaviour what = misbehaviour(words[1]);
    Set<Endpoint> where = places(words[0], what);
    Map<String, String> options = options(words);
    String[] given = words[1].split("=", 2);
    Fault fault =
        new Fault(
            what,
            given.length == 2 ? given[1] : "",
            halves.length == 2 ? Optional.of(halves[1]) : Optional.empty(),
            Optional.ofNullable(options.get("retry-after")),
            number(options, "answered", 0, 0, 1),
            http(options));
    check(fault);
    return new FaultRule(text.strip(), where, fault, options, clock);
  }

  private static OptionalInt http(Map<String, String> options) {
    return options.containsKey("http")
        ? OptionalInt.of((int) number(options, "http", 200, 200, 599))
        : OptionalInt.empty();
  }

  private static Misbehaviour misbehaviour(String word) {
    return Misbehaviour.of(word.split("=", 2)[0])
        .orElseThrow(
            () ->
                new UsageException(
                    "\""
                        + word
                        + "\" is not a misbehaviour; write one of "
                        + Arrays.stream(Misbehaviour.values())
                            .map(Misbehaviour::form)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  private static Set<Endpoint> places(String word, Misbehaviour what) {
    Set<Endpoint> places = EnumSet.noneOf(Endpoint.class);
    for (Endpoint endpoint : Endpoint.values()) {
      boolean meant = word.equals("all") ? endpoint.isRequest() : word.equals(endpoint.word());
      if (meant && what.isPossibleAt(endpoint)) {
        places.add(endpoint);
      }
    }
    if (!word.equals("all") && Endpoint.of(word).isEmpty()) {
      throw new UsageException("\"" + word + "\" is not a place; write one of " + possible(what));
    }
    if (places.isEmpty()) {
      throw new UsageException(
          "\""
              + what.word()
              + "\" cannot happen at \""
              + word
              + "\"; write one of "
              + possible(what));
    }
    return places;
  }

  private static String possible(Misbehaviour what) {
    return Arrays.stream(Endpoint.values())
            .filter(what::isPossibleAt)
            .map(Endpoint::word)
            .collect(Collectors.joining(", "))
        + (what.isPossibleAt(Endpoint.OTHER) ? ", all." : ".");
  }

  private static Map<String, String> options(String[] words) {
    Map<String, String> options = new HashMap<>();
    for (String word : Arrays.asList(words).subList(2, words.length)) {
      String[] pair = word.split("=", 2);
      if (pair.length < 2 || !OPTIONS.contains(pair[0])) {
        throw new UsageException(
            "\""
                + word
                + "\" is not part of a rule; write times=, every=, chance=, seed=, after=, for=,"
                + " key=, http=, retry-after=, answered= or, as the last, message=.");
      }
      options.put(pair[0], pair[1]);
    }
    return options;
  }

  private static double number(
      Map<String, String> options, String name, double byDefault, double least, double most) {
    String given = options.get(name);
    if (given == null) {
      return byDefault;
    }
    double number = given.matches("\\d{1,15}(\\.\\d{1,9})?") ? Double.parseDouble(given) : -1;
    if (number < least || number > most) {
      throw new UsageException(
          name
              + " is \""
              + given
              + "\"; write a number from "
              + (long) least
              + (most == 1 ? " to 1." : "."));
    }
    return number;
  }

  private static void check(Fault fault) {
    if (fault.what().needsValue() == fault.value().isEmpty()) {
      throw new UsageException("Write it like this: " + fault.what().form() + ".");
    }
    if (fault.http().isPresent() && !fault.what().isError()) {
      throw new UsageException(
          "http= goes with status=, account=, suspended-key and refuse-type= only.");
    }
    switch (fault.what()) {
      case STATUS, HTML, FAIL, ERROR -> {
        boolean isRpc = fault.is(Misbehaviour.FAIL) || fault.is(Misbehaviour.ERROR);
        if (!fault.value().matches(isRpc ? "[1-9]|1[0-6]|[45]\\d\\d" : "[2-5]\\d\\d")) {
          throw new UsageException("Write it like this: " + fault.what().form() + ".");
        }
      }
      case ACCOUNT -> {
        if (AccountRefusal.of(fault.value()).isEmpty()) {
          throw new UsageException(
              "account is \"" + fault.value() + "\"; write one of " + AccountRefusal.names() + ".");
        }
      }
      case DELAY, LATE_FILE -> fault.time();
      default -> {
        // any value will do
      }
    }
  }

  /**
   * What goes wrong at this moment, if it is the rule's place and turn.
   *
   * @param project the key of the call
   * @param wanted what can go wrong here; a rule that is about something else is not counted
   */
  Optional<Fault> take(Endpoint endpoint, String project, Predicate<Fault> wanted) {
    if (left == 0
        || !where.contains(endpoint)
        || !wanted.test(fault)
        || key.filter(only -> !only.equals(project)).isPresent()
        || !clock.instant().isBefore(until)) {
      return Optional.empty();
    }
    seen++;
    boolean isTurn = seen > after && (seen - after) % every == 0;
    if (!isTurn || chance < 1 && random.nextDouble() >= chance) {
      return Optional.empty();
    }
    left--;
    happened++;
    return Optional.of(fault);
  }

  /** The rule as it was written, but for the key. */
  String text() {
    return text.replaceAll("\\bkey=\\S+", "key=...");
  }

  /** How often it came true. */
  long happened() {
    return happened;
  }
}
