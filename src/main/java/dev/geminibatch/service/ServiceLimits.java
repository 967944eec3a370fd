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

  /**
   * Longer than any answer, and no more than the memory can take: a sixteenth of it, at least 8 MiB
   * and at most 1 GiB. A service that sends more on one line is broken; the line counts as none.
   */
  public static final int MAX_ANSWER_BYTES =
      (int) Math.min(1 << 30, Math.max(8 << 20, Runtime.getRuntime().maxMemory() / 16));

  private ServiceLimits() {}
}
