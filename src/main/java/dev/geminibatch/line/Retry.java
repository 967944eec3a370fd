package dev.geminibatch.line;

/** Whether a line is sent again. */
enum Retry {
  NO(false, false, "no"),
  YES(true, true, "yes"),
  IF_IT_MAY_PASS(true, true, "yes, unless the reason does not pass, like `NOT_FOUND`"),
  IF_ACCOUNT(false, true, "no, unless it is about the account"),
  AFTER_UPLOAD(true, true, "yes, after a fresh upload"),
  AFTER_OWN_UPLOAD(
      true, true, "yes, after a fresh upload; no, if the line itself names the file (`fileUri`)"),
  AFTER_QUOTA(true, true, "yes, after a minute"),
  WITHOUT_REFUSED(true, true, "yes, in a job without the refused lines"),
  UNLESS_SAFETY(true, true, "yes, unless it stopped for safety"),
  UNLESS_CANCELLED(true, true, "yes, unless you cancelled the job here"),
  /** Somebody ended the job, or it was paid for in full: nobody wants it paid again unasked. */
  BY_DROPPING(true, false, "no: drop the errors file"),
  BY_DROPPING_AGAIN(true, false, "no: drop the lines as they are now");

  private final boolean retryable;
  private final boolean automatic;
  private final String words;

  Retry(boolean retryable, boolean automatic, String words) {
    this.retryable = retryable;
    this.automatic = automatic;
    this.words = words;
  }

  /** Whether the same line may work when it is sent again unchanged. */
  boolean isRetryable() {
    return retryable;
  }

  /** Whether it is sent again without anybody asking for it. */
  boolean isAutomatic() {
    return automatic;
  }

  /** For the documents. */
  String words() {
    return words;
  }
}
