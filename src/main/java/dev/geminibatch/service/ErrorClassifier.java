package dev.geminibatch.service;

import dev.geminibatch.service.ServiceFailure.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Decides what an error of the service is about: the account, a quota, the thing that was asked
 * for, or nothing that lasts. The one place where that is decided, for answers to calls as well as
 * for the errors of jobs and of single requests.
 *
 * <p>The reason (google.api.ErrorReason) is believed first, then the words, then the code. A
 * refusal that names nothing in particular is taken for one of the account: then runs wait, and
 * nothing is lost.
 */
public final class ErrorClassifier {
  /** What stands before the service's words when it refuses an account. */
  public static final String ACCOUNT_REFUSED = "The service refuses this account: ";

  private static final Set<String> KEY_REASONS =
      Set.of(
          "API_KEY_INVALID",
          "CREDENTIALS_MISSING",
          "ACCESS_TOKEN_EXPIRED",
          "ACCESS_TOKEN_TYPE_UNSUPPORTED",
          "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
          "keyInvalid",
          "keyExpired");

  /** Of our own making: a quota that is zero, by the details of an error. */
  private static final String NO_QUOTA = "NO_QUOTA";

  private static final Set<String> ACCOUNT_REASONS =
      Set.of(
          NO_QUOTA,
          "SERVICE_DISABLED",
          "BILLING_DISABLED",
          "CONSUMER_INVALID",
          "CONSUMER_SUSPENDED",
          "GCP_SUSPENDED",
          "ACCOUNT_STATE_INVALID",
          "API_KEY_SERVICE_BLOCKED",
          "API_KEY_HTTP_REFERRER_BLOCKED",
          "API_KEY_IP_ADDRESS_BLOCKED",
          "API_KEY_ANDROID_APP_BLOCKED",
          "API_KEY_IOS_APP_BLOCKED",
          "LOCATION_POLICY_VIOLATED",
          "LOCATION_ORG_POLICY_VIOLATED",
          "LOCATION_TAX_POLICY_VIOLATED",
          "ORG_RESTRICTION_VIOLATION",
          "RESOURCE_PROJECT_INVALID",
          "RESOURCE_USAGE_RESTRICTION_VIOLATED",
          "SECURITY_POLICY_VIOLATED",
          "SERVICE_NOT_VISIBLE",
          "USER_BLOCKED_BY_ADMIN",
          "USER_PROJECT_DENIED",
          "accessNotConfigured",
          "accountDisabled",
          "billingNotEnabled",
          "ipRefererBlocked");

  private static final Set<String> QUOTA_REASONS =
      Set.of(
          "RATE_LIMIT_EXCEEDED",
          "RESOURCE_QUOTA_EXCEEDED",
          "dailyLimitExceeded",
          "quotaExceeded",
          "rateLimitExceeded",
          "userRateLimitExceeded");

  private static final Pattern REASON = Pattern.compile("\"reason\"\\s*:\\s*\"(\\w+)\"");

  private ErrorClassifier() {}

  /**
   * What an answer to a call is about.
   *
   * @param code of HTTP
   * @param status the service's name for the error, or empty
   * @param reasons from the details of the error
   */
  public static Kind kind(int code, String status, List<String> reasons, String message) {
    boolean isRefusal = code >= 400 && code < 500;
    if (code == 407) {
      return Kind.UNREACHABLE; // a proxy's
    }
    boolean isPreciselyWorded = code != 400 || status.equals("FAILED_PRECONDITION");
    if (isRefusal && isAccount(reasons, message, isPreciselyWorded)) {
      return Kind.ACCOUNT;
    }
    if (code == 401 || isRefusal && isKey(reasons, message, code == 403)) {
      return Kind.BAD_KEY;
    }
    if (code == 402 || code == 451) {
      return Kind.ACCOUNT;
    }
    if (code == 404 || code == 403 && ServiceWords.mayNotExist(message)) {
      return Kind.NOT_FOUND;
    }
    if (code == 429
        || status.equals("RESOURCE_EXHAUSTED")
        || status.equals("FAILED_PRECONDITION")
            && message.toLowerCase(Locale.ROOT).contains("quota")
        || isRefusal && reasons.stream().anyMatch(QUOTA_REASONS::contains)) {
      return Kind.QUOTA;
    }
    if (isRefusal && isAboutEverything(code, status) && !ServiceWords.namesThing(message)) {
      return Kind.ACCOUNT;
    }
    return byCode(code, status);
  }

  private static Kind byCode(int code, String status) {
    return switch (code) {
      case 409 -> status.equals("ABORTED") ? Kind.UNAVAILABLE : Kind.ALREADY_EXISTS;
      case 408, 499 -> Kind.UNAVAILABLE;
      default -> code >= 400 && code < 500 ? Kind.REFUSED : Kind.UNAVAILABLE;
    };
  }

  /**
   * Whether the error of a job, or of one request in it, is about the account: then there was
   * nothing wrong with the request.
   *
   * @param code of google.rpc or HTTP
   * @param text the message, with the details as JSON if there are any
   */
  public static boolean isAccount(int code, String text) {
    List<String> reasons = reasons(text);
    return switch (RpcCode.name(code)) {
      case "UNAUTHENTICATED" -> true;
      case "PERMISSION_DENIED", "FAILED_PRECONDITION" ->
          isAccount(reasons, text, true) || isKey(reasons, text, true);
      case "INVALID_ARGUMENT" -> isAccount(reasons, text, false) || isKey(reasons, text, false);
      case "RESOURCE_EXHAUSTED" -> ServiceWords.isAboutAccount(text);
      default -> false;
    };
  }

  /** The reasons in details that are given as JSON. */
  public static List<String> reasons(String details) {
    Stream<String> given = REASON.matcher(details).results().map(found -> found.group(1));
    return Stream.concat(
            given, ServiceWords.isNoQuota(details) ? Stream.of(NO_QUOTA) : Stream.empty())
        .toList();
  }

  /**
   * Whether it is about the account.
   *
   * @param isPreciselyWorded false if the message may just as well speak of the request, and repeat
   *     words of it
   */
  private static boolean isAccount(
      List<String> reasons, String message, boolean isPreciselyWorded) {
    if (reasons.stream().anyMatch(ACCOUNT_REASONS::contains)) {
      return true;
    }
    return !ServiceWords.namesLines(message)
        && (isPreciselyWorded
            ? ServiceWords.isAboutAccount(message)
            : ServiceWords.isSurelyAboutAccount(message));
  }

  private static boolean isKey(List<String> reasons, String message, boolean isPreciselyWorded) {
    if (reasons.stream().anyMatch(KEY_REASONS::contains)) {
      return true;
    }
    return !ServiceWords.namesLines(message)
        && (isPreciselyWorded
            ? ServiceWords.isAboutKey(message)
            : ServiceWords.isSurelyAboutKey(message));
  }

  /** A 403 or a failed precondition says by itself who may not, and not what is wrong. */
  private static boolean isAboutEverything(int code, String status) {
    return code == 403 || status.equals("FAILED_PRECONDITION");
  }
}
