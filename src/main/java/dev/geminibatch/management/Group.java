package dev.geminibatch.management;

import java.io.IOException;

/** Metrics that are read together when somebody asks. */
@FunctionalInterface
interface Group {
  /**
   * Reads them.
   *
   * @throws IOException when they cannot be read; then all of them are missing
   */
  void read(Samples samples) throws IOException;
}
