package dev.geminibatch.answer;

/** How strictly answers are checked before they count. */
public enum Strictness {
  /** Whatever was asked for must be there: complete, JSON where JSON was asked, and fitting. */
  STRICT,
  /** There must be an answer, and it must be JSON where JSON was asked. */
  LENIENT,
  /** Every response counts, whatever is in it. */
  OFF
}
