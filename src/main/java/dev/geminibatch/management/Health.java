package dev.geminibatch.management;

/**
 * What a check has found.
 *
 * @param isWell whether the daemon can do what the check is about
 * @param why in one sentence, whatever it found
 */
public record Health(boolean isWell, String why) {

  static Health well(String why) {
    return new Health(true, why);
  }

  static Health unwell(String why) {
    return new Health(false, why);
  }
}
