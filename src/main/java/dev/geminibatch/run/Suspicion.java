package dev.geminibatch.run;

/**
 * What the work on a run has done to processes, as far as that is known. The ledger keeps the
 * number, so these must not change.
 */
public enum Suspicion {
  /** Nothing. */
  NONE(0),

  /** It ended a process with an Error: it is tried last and alone. */
  ENDED(1),

  /** It ended a process, or got stuck, for the second time: it is held. */
  HELD(2),

  /** It got stuck: it is tried once more, beside others, since it does them no harm. */
  STUCK(3),

  /** It was in hand when an Error of others ended a process, or of nobody knows whom. */
  BESIDE(4),

  /** That again: it is tried alone, so that one knows, but is not held for it. */
  BESIDE_AGAIN(5);

  private final int number;

  Suspicion(int number) {
    this.number = number;
  }

  /** How the ledger writes it. */
  public int number() {
    return number;
  }

  /** What the ledger has written. */
  public static Suspicion of(int number) {
    for (Suspicion each : values()) {
      if (each.number == number) {
        return each;
      }
    }
    throw new IllegalArgumentException("No suspicion has the number " + number);
  }

  /** Whether nothing else may be worked on while the run is tried. */
  public boolean isTriedAlone() {
    return this == ENDED || this == BESIDE_AGAIN;
  }

  /** After the run ended a process, or got stuck. */
  public Suspicion after(Suspicion endedOrStuck) {
    return this == NONE || this == BESIDE || this == BESIDE_AGAIN ? endedOrStuck : HELD;
  }

  /** After the run was in hand when an Error of another one ended a process. */
  public Suspicion besideAnother() {
    return switch (this) {
      case NONE -> BESIDE;
      case BESIDE -> BESIDE_AGAIN;
      default -> this;
    };
  }
}
