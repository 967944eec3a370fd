package dev.geminibatch.io;

import java.util.HexFormat;
import java.util.SplittableRandom;

/** Tells this process from all others, on whatever machine: their numbers may be the same. */
public final class ThisProcess {
  /** Fit for names of files. */
  public static final String MARK = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());

  private ThisProcess() {}
}
