package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.io.Amounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Checks one answer against a schema: knows the place in the answer, notes what does not fit there,
 * and counts the work. A schema is a user's and may make any amount of it, with references that
 * double or lead back to themselves.
 */
final class SchemaJudge {
  /** Faults that are put into words; the others are counted. */
  private static final int MOST_WORDS = 3;

  /** As deep as answers are read, with a few references and alternatives at each level. */
  private static final int DEEPEST = 1_000;

  /** The answer cannot be judged by this schema. */
  static final class CannotJudge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private CannotJudge() {
      super(null, null, false, false);
    }
  }

  private final List<String> faults = new ArrayList<>(MOST_WORDS);
  private Object[] place = new Object[16];
  private int placeLength;
  private long steps;
  private int depth;
  private long count;

  /** Faults before the question that only wants yes or no; negative if all faults are wanted. */
  private long countBefore = -1;

  /**
   * A judge of one answer.
   *
   * @param steps how much work there may be; a step takes some ten nanoseconds
   */
  SchemaJudge(long steps) {
    this.steps = steps;
  }

  /** Makes an exception for a demand that nobody can judge by. */
  static CannotJudge cannotJudge() {
    return new CannotJudge();
  }

  /** Counts work before it is done. */
  void spend(long more) {
    steps -= more;
    if (steps < 0) {
      throw new CannotJudge();
    }
  }

  /** A schema begins. */
  void enter() {
    if (++depth > DEEPEST) {
      throw new CannotJudge();
    }
    spend(1);
  }

  /** A schema ends. */
  void leave() {
    depth--;
  }

  /** Checks a value inside the present one. */
  void checkInside(Object nameOrIndex, SchemaDemand demand, JsonNode value) {
    if (placeLength == place.length) {
      place = Arrays.copyOf(place, 2 * placeLength);
    }
    place[placeLength++] = nameOrIndex;
    demand.check(value, this);
    placeLength--;
  }

  /** Whether a value fits, without a word. */
  boolean fits(SchemaDemand demand, JsonNode value) {
    long outside = countBefore;
    long before = count;
    countBefore = before;
    demand.check(value, this);
    countBefore = outside;
    boolean fits = count == before;
    count = before;
    return fits;
  }

  /** Whether nothing more can change the outcome. */
  boolean isDecided() {
    return countBefore >= 0 && count > countBefore;
  }

  /** Whether only yes or no is wanted at present. */
  boolean isSilent() {
    return countBefore >= 0;
  }

  /** Notes a fault of the present value. */
  void fault(String message) {
    count++;
    if (!isSilent() && faults.size() < MOST_WORDS) {
      faults.add(placeInWords() + ": " + message);
    }
  }

  private String placeInWords() {
    JsonPointer pointer = JsonPointer.empty();
    for (int i = 0; i < placeLength; i++) {
      pointer =
          place[i] instanceof Integer index
              ? pointer.appendIndex(index)
              : pointer.appendProperty(shortened(place[i].toString()));
    }
    return placeLength == 0 ? "the whole" : pointer.toString();
  }

  /** A text as part of a message. */
  static String shortened(String text) {
    return Amounts.shortened(text, 100);
  }

  boolean isGood() {
    return count == 0;
  }

  /** What does not fit. */
  String inWords() {
    long more = count - faults.size();
    return String.join("; ", faults) + (more > 0 ? "; and " + more + " more" : "");
  }
}
