package dev.geminibatch.run;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.RegularFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How large an input may be.
 *
 * @param maxBytes of it, unpacked
 * @param maxRatio how many times its packed size it may have unpacked, beyond a size that does no
 *     harm
 * @param reserve what is kept free of the disk on which it is copied or unpacked
 */
public record InputLimits(long maxBytes, int maxRatio, DiskReserve reserve) {
  /** Below this size unpacked any ratio is fine. */
  private static final long HARMLESS = 100_000_000;

  /** Why a file as it is must not be an input; what is packed may be too large all the same. */
  public Optional<String> problemOf(FileState file) {
    return problemOf(file.size());
  }

  /** The same of a file of a size. */
  public Optional<String> problemOf(long size) {
    return size > maxBytes
        ? Optional.of("it has " + Amounts.size(size) + ", and" + most())
        : Optional.empty();
  }

  /** Why no more may be unpacked. */
  public Optional<String> problemOf(long packed, long unpacked) {
    if (unpacked > maxBytes) {
      return Optional.of("unpacked" + most());
    }
    if (unpacked > HARMLESS && unpacked / maxRatio > packed) {
      return Optional.of(
          "unpacked it is more than "
              + maxRatio
              + " times as large as it came (input.max-ratio); unpack it yourself, check it, and"
              + " drop it as .jsonl");
    }
    return Optional.empty();
  }

  /**
   * Copies an input that others may write into. The copy appears whole, in place of an earlier one.
   *
   * @throws IOException when it is too large, there is no room for it, or it changes meanwhile
   */
  public void copy(Path source, Path target) throws IOException {
    try (RegularFile open = RegularFile.open(source)) {
      require(open.state(), target.toAbsolutePath().getParent());
      AtomicFiles.copyUnchanged(open, target);
    }
  }

  /**
   * Checks that a file may be copied.
   *
   * @param folder where the copy will be
   * @throws IOException when it is too large, or there is no room for it
   */
  public void require(FileState file, Path folder) throws IOException {
    Optional<String> problem = problemOf(file);
    if (problem.isPresent()) {
      throw new IOException(problem.get());
    }
    reserve.require(folder, file.size());
  }

  private String most() {
    return " an input may have "
        + Amounts.size(maxBytes)
        + " at most (input.max-bytes); split it, or raise the limit";
  }
}
