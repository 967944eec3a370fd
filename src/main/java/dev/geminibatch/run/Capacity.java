package dev.geminibatch.run;

import java.util.Optional;

/**
 * What a run is tried with: one that was too much for it need not be too much for more memory, or
 * for another version.
 *
 * @param memory bytes that Java may use at the most
 */
public record Capacity(long memory, String version) {
  /** Of this process. */
  public static Capacity present() {
    String version = Capacity.class.getPackage().getImplementationVersion();
    return new Capacity(Runtime.getRuntime().maxMemory(), Optional.ofNullable(version).orElse("-"));
  }
}
