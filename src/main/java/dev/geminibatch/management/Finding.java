package dev.geminibatch.management;

import java.util.Locale;

/**
 * What a check has found.
 *
 * @param check what was checked
 * @param found in words; secrets are no part of it
 * @param remedy what to do about it; empty if nothing has to be done
 */
public record Finding(String check, Level level, String found, String remedy) {

  /** How bad it is. */
  public enum Level {
    OK,
    /** Works, but probably not as it is meant to. */
    WARNING,
    /** Has to be fixed. */
    PROBLEM;

    /** In lower case, for programs. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Nothing has to be done. */
  public static Finding ok(String check, String found) {
    return new Finding(check, Level.OK, found, "");
  }

  static Finding warning(String check, String found, String remedy) {
    return new Finding(check, Level.WARNING, found, remedy);
  }

  static Finding problem(String check, String found, String remedy) {
    return new Finding(check, Level.PROBLEM, found, remedy);
  }

  /** Of a message of ours, which says what to do behind its first semicolon or full stop. */
  static Finding of(String check, Level level, String message) {
    int semicolon = cut(message, "; ");
    int stop = cut(message, ". ");
    int cut = semicolon < 0 || stop >= 0 && stop < semicolon ? stop : semicolon;
    if (cut < 0) {
      return new Finding(check, level, message, "");
    }
    String remedy = message.substring(cut + 2);
    return new Finding(
        check,
        level,
        message.substring(0, cut),
        remedy.substring(0, 1).toUpperCase(Locale.ROOT) + remedy.substring(1));
  }

  private static int cut(String message, String mark) {
    int at = message.indexOf(mark);
    return at >= 0 && at + 2 < message.length() ? at : -1;
  }

  /** Of a message of ours that says what has to be fixed, and how. */
  public static Finding problem(String check, String message) {
    return of(check, Level.PROBLEM, message);
  }
}
