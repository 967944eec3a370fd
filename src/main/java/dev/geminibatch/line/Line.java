package dev.geminibatch.line;

/**
 * One line of an input file.
 *
 * @param number physical line number, counted from 1, blank lines included
 * @param offset where the line starts in the file, in bytes
 * @param bytes the line without its line end; only its beginning when it is longer than the limit
 * @param size the length of the whole line in bytes
 */
public record Line(long number, long offset, byte[] bytes, long size) {

  /** Whether the line exceeds the reader's limit, so that {@link #bytes} is only its beginning. */
  public boolean isTooLong() {
    return size > bytes.length;
  }
}
