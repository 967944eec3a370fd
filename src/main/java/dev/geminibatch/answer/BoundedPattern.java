package dev.geminibatch.answer;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;

/**
 * A pattern of a user's schema that gives up where Java would take minutes: the service's engine
 * never backtracks, so it has no trouble with patterns that Java's has. A text that could not be
 * judged in time counts as fitting, since it is paid for.
 */
final class BoundedPattern implements RegularExpression {
  /** About a tenth of a second. */
  private static final int MOST_STEPS = 5_000_000;

  private final Pattern pattern;

  /**
   * Compiles it.
   *
   * @throws java.util.regex.PatternSyntaxException when Java does not know it
   */
  BoundedPattern(String regex) {
    this.pattern = Pattern.compile(regex);
  }

  @Override
  public boolean matches(String value) {
    try {
      return pattern.matcher(new Steps(value, new int[1])).find();
    } catch (TooManySteps | StackOverflowError e) {
      return true;
    }
  }

  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManySteps() {
      super(null, null, false, false);
    }
  }

  /** Counts how often the matcher looks at a character, whichever. */
  private record Steps(String text, int[] count) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (++count[0] > MOST_STEPS) {
        throw new TooManySteps();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Steps(text.substring(start, end), count);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
