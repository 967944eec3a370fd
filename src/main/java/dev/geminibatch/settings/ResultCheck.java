package dev.geminibatch.settings;

/** How strictly answers are looked at before they count as answers. */
public enum ResultCheck {
  /** Whatever was asked for must be there: complete, JSON where JSON was asked, and fitting. */
  STRICT,
  /** There must be an answer, and it must be JSON where JSON was asked. */
  LENIENT,
  /** Every response counts, whatever is in it. */
  OFF
}
