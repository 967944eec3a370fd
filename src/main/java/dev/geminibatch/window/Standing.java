package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.Amounts;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How everything is at one moment: the numbers of the first page.
 *
 * @param sentence the worst of what needs a person, or that all is well
 * @param needs all that needs a person, each in a sentence
 * @param runs empty if they have not been counted yet
 * @param enqueued the models with the most enqueued tokens, the most first
 * @param age how long ago runs and tokens were counted
 */
record Standing(
    String sentence,
    List<String> needs,
    Optional<Runs> runs,
    Day today,
    Money thisMonth,
    List<Enqueued> enqueued,
    Duration age) {
  /** Older numbers say how old they are. */
  private static final Duration OLD = Duration.ofSeconds(10);

  /**
   * The open runs.
   *
   * @param waiting for anything but the service, a route or a person
   * @param oldestWait of them
   */
  record Runs(
      long waiting, long withService, long paused, long held, Optional<Duration> oldestWait) {
    /** By a person, a route or their strikes. */
    long stopped() {
      return paused + held;
    }
  }

  /** What was done on a day. */
  record Day(LocalDate date, long answered, long failed, Money spent) {}

  /** Tokens of a model that the service has not answered yet. */
  record Enqueued(String profile, String model, long tokens, OptionalLong most) {
    int percent() {
      return most.isPresent() ? RunRow.percent(tokens, most.getAsLong()) : 0;
    }

    /** {@code 1.2 million of 3 million tokens}. */
    String inWords() {
      return (most.isPresent() ? Amounts.tokens(tokens) + " of " : "")
          + Amounts.tokens(most.orElse(tokens))
          + " tokens";
    }
  }

  /** What else needs a person. */
  List<String> furtherNeeds() {
    return needs.isEmpty() ? needs : needs.subList(1, needs.size());
  }

  /** How old the numbers are; empty if they are new. */
  String counted() {
    return age.compareTo(OLD) < 0 ? "" : "Counted " + Amounts.roughly(age) + " ago.";
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("sentence", sentence);
    needs.forEach(json.putArray("needs")::add);
    json.put("countedSecondsAgo", age.toSeconds());
    json.putNull("runs");
    runs.ifPresent(
        open ->
            json.putObject("runs")
                .put("waiting", open.waiting())
                .put("withService", open.withService())
                .put("paused", open.paused())
                .put("held", open.held())
                .put("oldestWaitSeconds", open.oldestWait().map(Duration::toSeconds).orElse(null)));
    ObjectNode day = json.putObject("today").put("date", today.date().toString());
    day.put("answered", today.answered()).put("failed", today.failed());
    day.set("spent", today.spent().json());
    json.putObject("thisMonth").set("spent", thisMonth.json());
    ArrayNode tokens = json.putArray("enqueued");
    enqueued.forEach(
        each ->
            tokens
                .addObject()
                .put("profile", each.profile())
                .put("model", each.model())
                .put("tokens", each.tokens())
                .put("most", each.most().isPresent() ? each.most().getAsLong() : null));
    return json;
  }
}
