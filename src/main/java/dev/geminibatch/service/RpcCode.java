package dev.geminibatch.service;

import java.util.List;

/** The names of google.rpc.Code, in the order of their numbers. */
public final class RpcCode {
  private static final List<String> NAMES =
      List.of(
          "OK",
          "CANCELLED",
          "UNKNOWN",
          "INVALID_ARGUMENT",
          "DEADLINE_EXCEEDED",
          "NOT_FOUND",
          "ALREADY_EXISTS",
          "PERMISSION_DENIED",
          "RESOURCE_EXHAUSTED",
          "FAILED_PRECONDITION",
          "ABORTED",
          "OUT_OF_RANGE",
          "UNIMPLEMENTED",
          "INTERNAL",
          "UNAVAILABLE",
          "DATA_LOSS",
          "UNAUTHENTICATED");

  private RpcCode() {}

  /** The name of a code; HTTP codes, which the service sometimes gives instead, are translated. */
  public static String name(int code) {
    if (code >= 0 && code < NAMES.size()) {
      return NAMES.get(code);
    }
    return switch (code) {
      case 400 -> "INVALID_ARGUMENT";
      case 401 -> "UNAUTHENTICATED";
      case 403 -> "PERMISSION_DENIED";
      case 404 -> "NOT_FOUND";
      case 409 -> "ALREADY_EXISTS";
      case 429 -> "RESOURCE_EXHAUSTED";
      case 499 -> "CANCELLED";
      case 500 -> "INTERNAL";
      case 503 -> "UNAVAILABLE";
      case 504 -> "DEADLINE_EXCEEDED";
      default -> "CODE_" + code;
    };
  }

  /** The code of HTTP for a code of google.rpc; one of HTTP stays what it is. */
  public static int http(int code) {
    if (code >= 100) {
      return code >= 400 && code < 600 ? code : 500;
    }
    return switch (name(code)) {
      case "CANCELLED" -> 499;
      case "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE" -> 400;
      case "DEADLINE_EXCEEDED" -> 504;
      case "NOT_FOUND" -> 404;
      case "ALREADY_EXISTS", "ABORTED" -> 409;
      case "PERMISSION_DENIED" -> 403;
      case "RESOURCE_EXHAUSTED" -> 429;
      case "UNIMPLEMENTED" -> 501;
      case "UNAVAILABLE" -> 503;
      case "UNAUTHENTICATED" -> 401;
      default -> 500;
    };
  }

  /** The number of a name; 0 if there is none. */
  public static int number(String name) {
    return Math.max(0, NAMES.indexOf(name));
  }

  /** Whether this is a code that is known not to pass: the same call would end the same way. */
  public static boolean isFinal(String name) {
    return NAMES.indexOf(name) > 0 && !isPassing(name);
  }

  /** Whether a request that ended with this code may work when it is sent again. */
  public static boolean isPassing(String name) {
    return switch (name) {
      case "CANCELLED",
          "UNKNOWN",
          "DEADLINE_EXCEEDED",
          "RESOURCE_EXHAUSTED",
          "ABORTED",
          "INTERNAL",
          "UNAVAILABLE" ->
          true;
      default -> false;
    };
  }
}
