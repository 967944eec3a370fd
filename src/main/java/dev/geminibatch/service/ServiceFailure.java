package dev.geminibatch.service;

import java.time.Duration;
import java.util.Optional;

/** A call to the service that did not give what was asked for. */
public final class ServiceFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What follows from a failure. */
  public enum Kind {
    /** No answer came: not connected, aborted, timed out. */
    UNREACHABLE(Cause.PASSING),
    /** The service is in trouble (5xx) or its answer made no sense. */
    UNAVAILABLE(Cause.PASSING),
    /** Too many requests, jobs or tokens (429). */
    QUOTA(Cause.QUOTA),
    /** The API key is missing, wrong or expired. */
    BAD_KEY(Cause.ACCOUNT),
    /** The account may not use the service: disabled, suspended, not paid for, from here. */
    ACCOUNT(Cause.ACCOUNT),
    /** The job or file does not exist, has expired, or belongs to another project. */
    NOT_FOUND(Cause.ITEM),
    /** The name is taken (409). */
    ALREADY_EXISTS(Cause.ITEM),
    /** The request itself is refused; sending it again changes nothing. */
    REFUSED(Cause.ITEM);

    private final Cause cause;

    Kind(Cause cause) {
      this.cause = cause;
    }
  }

  private enum Cause {
    /** Every call fails until a person has done something about it. */
    ACCOUNT,
    /** There will be room again. */
    QUOTA,
    /** Only what was asked for. */
    ITEM,
    /** Trouble that passes by itself. */
    PASSING
  }

  private static final String WHERE_THE_KEY_IS =
      " (The key comes from --api-key, GEMINI_API_KEY, API_KEY, GOOGLE_API_KEY, gemini.api-key or"
          + " gemini.api-key-file, the first that is set)";

  private final Kind kind;
  private final String status;
  private final transient Optional<Duration> retryAfter;

  /**
   * @param status the service's name for it ({@code RESOURCE_EXHAUSTED}), or ours for lack of one
   * @param message in the service's words; keys are taken out here
   */
  public ServiceFailure(
      Kind kind, String status, String message, Optional<Duration> retryAfter, Throwable cause) {
    super(
        Redactor.redact(isAboutKey(kind, message) ? message + WHERE_THE_KEY_IS : message),
        cause == null ? null : withoutSecrets(cause));
    this.kind = kind;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  private static boolean isAboutKey(Kind kind, String message) {
    return kind == Kind.BAD_KEY || kind == Kind.ACCOUNT && ServiceWords.isAboutKey(message);
  }

  public Kind kind() {
    return kind;
  }

  public String status() {
    return status;
  }

  /** How long the service asks to wait, if it said so. */
  public Optional<Duration> retryAfter() {
    return retryAfter == null ? Optional.empty() : retryAfter;
  }

  /** Whether the same call may work later. */
  public boolean isPassing() {
    return kind.cause == Cause.PASSING || kind.cause == Cause.QUOTA;
  }

  /** Whether every call with this key fails, whatever it asks for. */
  public boolean isAccount() {
    return kind.cause == Cause.ACCOUNT;
  }

  /** Whether the call may have had its effect although no proper answer came. */
  public boolean isAmbiguous() {
    return kind == Kind.UNREACHABLE || kind == Kind.UNAVAILABLE;
  }

  private static Throwable withoutSecrets(Throwable cause) {
    return new java.io.IOException(
        cause.getClass().getSimpleName() + ": " + Redactor.redact(cause.getMessage()));
  }
}
