package dev.geminibatch.job;

/**
 * Whole lines of an input that follow each other and are sent just as they are. A job may consist
 * of nothing else; its file is then these bytes and a line feed.
 *
 * @param start of the first line in the input
 * @param end of the last line, before its line feed
 */
public record InputPiece(long start, long end) {
  /** How many bytes a job's file has that consists of it. */
  public long size() {
    return end - start + 1;
  }
}
