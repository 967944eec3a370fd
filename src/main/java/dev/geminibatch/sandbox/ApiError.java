package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.service.RpcCode;

/** An error as the service words it. */
final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;

  ApiError(int code, String message) {
    this(code, message, null);
  }

  private ApiError(int code, String message, String reason) {
    super(message, null, false, false);
    this.code = code;
    this.reason = reason;
  }

  static ApiError noSuchFile(String id) {
    return new ApiError(
        403, "You do not have permission to access the File " + id + " or it may not exist.");
  }

  static ApiError noSuchBatch(String name) {
    return new ApiError(404, "Requested entity was not found: " + name);
  }

  static ApiError invalidKey() {
    return new ApiError(400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID");
  }

  /** The real service repeats the key in this message. */
  static ApiError suspended(String key) {
    return new ApiError(403, "Consumer 'api_key:" + key + "' has been suspended.");
  }

  static ApiError missingKey() {
    return new ApiError(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). Please"
            + " use API Key or other form of API consumer identity to call this API.");
  }

  int code() {
    return code;
  }

  ObjectNode body() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode error = body.putObject("error");
    error.put("code", code);
    error.put("message", getMessage());
    error.put("status", RpcCode.name(code));
    if (reason != null) {
      error
          .putArray("details")
          .addObject()
          .put("@type", "type.googleapis.com/google.rpc.ErrorInfo")
          .put("reason", reason)
          .put("domain", "googleapis.com");
    }
    return body;
  }
}
