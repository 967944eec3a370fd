package dev.geminibatch.answer;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A pattern of a user's schema, in the service's dialect and on the service's engine: RE2, which
 * never goes back in a text. What is left to bound is how large a pattern becomes when its
 * repetitions are written out.
 */
final class SchemaPattern {
  /** Characters. */
  private static final int LONGEST = 5_000;

  /** Instructions; a text is checked against each of them at each of its characters. */
  private static final int LARGEST = 5_000;

  private static final int DEEPEST = 100;

  /** A class such as {@code \pL} has a table of its own, as large as so many instructions. */
  private static final int SIZE_OF_A_TABLE = 50;

  private final String regex;
  private final int size;
  private Pattern pattern;
  private boolean isUnknown;

  SchemaPattern(String regex) {
    this.regex = regex;
    long estimate = regex.length() > LONGEST ? Long.MAX_VALUE : new Size(regex).estimate();
    this.isUnknown = estimate > LARGEST;
    this.size = isUnknown ? 0 : (int) estimate;
  }

  /** At least the number of its instructions; 0 if it is too large to be used. */
  int size() {
    return size;
  }

  /** Whether it is no pattern for the service, or too large, so that nobody can judge by it. */
  boolean isUnknown(SchemaJudge judge) {
    if (pattern == null && !isUnknown) {
      judge.spend(10L * size);
      try {
        pattern = Pattern.compile(regex);
      } catch (PatternSyntaxException e) {
        isUnknown = true;
      }
    }
    return isUnknown;
  }

  /** Whether it is somewhere in a text; only for one that is known. */
  boolean isIn(String text, SchemaJudge judge) {
    judge.spend(text.length() * (long) size / 4 + 10);
    return pattern.matcher(text).find();
  }

  @Override
  public String toString() {
    return SchemaJudge.shortened(regex);
  }

  /** Adds up a pattern from left to right; what is not understood here is too much, not too few. */
  private static final class Size {
    private final String regex;
    private final long[] outside = new long[DEEPEST];
    private int depth;
    private int at;
    private long tables;
    private long before;
    private long last;

    Size(String regex) {
      this.regex = regex;
    }

    long estimate() {
      while (at < regex.length() && before + last <= LARGEST) {
        char c = regex.charAt(at++);
        switch (c) {
          case '\\' -> escape();
          case '[' -> characterClass();
          case '(' -> {
            if (depth == DEEPEST) {
              return Long.MAX_VALUE;
            }
            outside[depth++] = before + last;
            before = 0;
            last = 0;
          }
          case ')' -> {
            long inside = before + last + 2;
            before = depth > 0 ? outside[--depth] : before;
            last = inside;
          }
          case '*', '+', '?' -> last++;
          case '{' -> repetition();
          default -> next(1);
        }
      }
      return at < regex.length() ? Long.MAX_VALUE : total();
    }

    private long total() {
      long total = before + last + 3;
      for (int i = 0; i < depth; i++) {
        total += outside[i];
      }
      return total + tables * SIZE_OF_A_TABLE;
    }

    private void next(long size) {
      before += last;
      last = size;
    }

    private void escape() {
      char escaped = at < regex.length() ? regex.charAt(at++) : 0;
      tables += escaped == 'p' || escaped == 'P' ? 1 : 0;
      if (escaped == 'Q') {
        int end = regex.indexOf("\\E", at);
        next(Math.max(0, (end < 0 ? regex.length() : end) - at - 1));
        at = end < 0 ? regex.length() : end + 2;
      }
      next(1);
    }

    private void characterClass() {
      at += regex.startsWith("^", at) ? 1 : 0;
      int first = at;
      while (at < regex.length() && (regex.charAt(at) != ']' || at == first)) {
        int posix = regex.startsWith("[:", at) ? regex.indexOf(":]", at) : -1;
        if (posix > 0) {
          at = posix + 2;
          continue;
        }
        if (regex.charAt(at) == '\\') {
          at++;
          tables += regex.startsWith("p", at) || regex.startsWith("P", at) ? 1 : 0;
        }
        at++;
      }
      at++;
      next(1);
    }

    /** {@code {n}}, {@code {n,}} or {@code {n,m}}; anything else stands for itself. */
    private void repetition() {
      int end = regex.indexOf('}', at);
      String[] counts = end < 0 ? new String[0] : regex.substring(at, end).split(",", -1);
      long most = 0;
      for (String count : counts) {
        boolean isCount = count.length() < 10 && count.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isCount || counts.length > 2) {
          next(1);
          return;
        }
        most = Math.max(most, count.isEmpty() ? 1 : Long.parseLong(count));
      }
      if (end < 0) {
        next(1);
        return;
      }
      last = (last + 1) * (most + 1);
      at = end + 1;
    }
  }
}
