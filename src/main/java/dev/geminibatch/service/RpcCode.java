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
