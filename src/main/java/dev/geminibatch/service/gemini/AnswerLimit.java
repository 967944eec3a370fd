package dev.geminibatch.service.gemini;

/** How much of an answer is read, after unpacking. It travels with a request as its tag. */
enum AnswerLimit {
  /** A file, a page of files, a job just created: nothing with content in it. */
  SMALL(16L << 20),
  /** Descriptions of jobs, which may have all their requests and answers inside. */
  JOBS(256L << 20),
  /** The content of a file, which goes to disk. */
  FILE(Long.MAX_VALUE);

  /** Of an answer that is an error; the refusal of a job names its lines one by one. */
  static final long ERROR_BYTES = 16L << 20;

  private final long bytes;

  AnswerLimit(long bytes) {
    this.bytes = bytes;
  }

  long bytes() {
    return bytes;
  }
}
