package dev.geminibatch.service;

import java.time.Duration;

/** What the Gemini service is documented, or was seen, to allow. */
public final class ServiceLimits {
  /** Of one uploaded file, 2 GB (documented with the Files API). */
  public static final long MAX_FILE_BYTES = 2L << 30;

  /** Of one job's JSONL file, 2 GB in decimal (documented with the Batch API). */
  public static final long MAX_JOB_BYTES = 2_000_000_000L;

  /** Jobs of a project that may be open at once (documented). */
  public static final int MAX_OPEN_JOBS = 100;

  /** How long an uploaded file lives (documented). */
  public static final Duration FILE_LIFE = Duration.ofHours(48);

  /** How long the answers of a job live: not documented, but result files are files as well. */
  public static final Duration ANSWER_LIFE = FILE_LIFE;

  /** Entries on one page of a listing, at most (seen). */
  public static final int PAGE_SIZE = 100;

  /** Longer than any answer; a service that sends more on one line is broken. */
  public static final int MAX_ANSWER_BYTES = 1 << 30;

  private ServiceLimits() {}
}
