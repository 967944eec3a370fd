package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.service.Redactor;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Single values of an answer: one in an odd form counts as not there. */
final class Fields {
  /** More than any word or name of the service; twice what a display name may have. */
  private static final int LONGEST = 1_000;

  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  private Fields() {}

  /** A text of reasonable length, or an empty one. */
  static String text(JsonNode node) {
    return shortened(node.asText(""));
  }

  /** Only what is truncated goes without keys here: by its name a job is found again. */
  static String shortened(String text) {
    return text.length() <= LONGEST ? text : Redactor.shortened(text, LONGEST);
  }

  /** A whole number from 0 on, which the service may write as text. */
  static long number(JsonNode node, long otherwise) {
    try {
      long number =
          node.isTextual()
              ? Long.parseLong(node.asText())
              : node.canConvertToLong() ? node.asLong() : -1;
      return number < 0 ? otherwise : number;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** A time of our days: with others, further reckoning would overflow. */
  static Optional<Instant> time(JsonNode node) {
    try {
      return Optional.of(node)
          .filter(JsonNode::isTextual)
          .map(text -> Instant.parse(text.asText()))
          .filter(time -> time.isAfter(EARLIEST) && time.isBefore(LATEST));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
