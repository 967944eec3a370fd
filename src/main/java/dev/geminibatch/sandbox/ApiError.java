package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.service.RpcCode;

/** An error as the service words it. */
final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String METRIC = "generativelanguage.googleapis.com/batch_enqueued_tokens";
  private static final String RATE_LIMITS = "https://ai.google.dev/gemini-api/docs/rate-limits";

  private final int code;
  private final int http;
  private final String status;
  private final transient ArrayNode details;

  ApiError(int code, String message) {
    this(code, RpcCode.name(code), message, JsonNodeFactory.instance.arrayNode());
  }

  /**
   * An error with all that it says.
   *
   * @param status its name in google.rpc.Code
   */
  ApiError(int code, String status, String message, ArrayNode details) {
    this(code, code, status, message, details);
  }

  private ApiError(int code, int http, String status, String message, ArrayNode details) {
    super(message, null, false, false);
    this.code = code;
    this.http = http;
    this.status = status;
    this.details = details;
  }

  /** The same error in an answer whose HTTP status says something else. */
  ApiError within(int httpStatus) {
    return new ApiError(code, httpStatus, status, getMessage(), details);
  }

  static ApiError noSuchFile(String id) {
    return new ApiError(
        403, "You do not have permission to access the File " + id + " or it may not exist.");
  }

  static ApiError noSuchEntity(String name) {
    return new ApiError(404, "Requested entity was not found: " + name);
  }

  static ApiError invalidKey() {
    return AccountRefusal.API_KEY_INVALID.error("");
  }

  static ApiError missingKey() {
    return new ApiError(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). Please"
            + " use API Key or other form of API consumer identity to call this API.");
  }

  /**
   * The service does not say which limit it was, nor how long to wait, unless there is no quota.
   *
   * @param limit of the model
   */
  static ApiError overQuota(String model, long limit) {
    String none =
        limit > 0
            ? ""
            : "\n* Quota exceeded for metric: "
                + METRIC
                + ", limit: 0, model: "
                + model.replaceFirst("^models/", "");
    ArrayNode details = JsonNodeFactory.instance.arrayNode();
    details
        .addObject()
        .put("@type", "type.googleapis.com/google.rpc.Help")
        .putArray("links")
        .addObject()
        .put("description", "Learn more about Gemini API quotas")
        .put("url", RATE_LIMITS);
    return new ApiError(
        429,
        RpcCode.name(429),
        "You exceeded your current quota, please check your plan and billing details. For more"
            + " information on this error, head to: "
            + RATE_LIMITS
            + "."
            + none,
        details);
  }

  int http() {
    return http;
  }

  ObjectNode body() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode error = body.putObject("error");
    error.put("code", code);
    error.put("message", getMessage());
    if (http == code) {
      error.put("status", status);
    }
    if (!details.isEmpty()) {
      error.set("details", details);
    }
    return body;
  }
}
