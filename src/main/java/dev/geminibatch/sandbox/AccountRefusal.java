package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.service.RpcCode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why the service refuses every call of a project or key, in its own words. Those that it gives a
 * reason have it in an ErrorInfo, as {@code name()}; for the others the words are all there is.
 */
enum AccountRefusal {
  SERVICE_DISABLED(
      403,
      true,
      "Generative Language API has not been used in project PROJECT before or it is disabled."
          + " Enable it by visiting CONSOLE/apis/api/generativelanguage.googleapis.com/overview"
          + "?project=PROJECT then retry. If you enabled this API recently, wait a few minutes for"
          + " the action to propagate to our systems and retry."),
  /** The service repeats the key here. */
  CONSUMER_SUSPENDED(
      403, true, "Permission denied: Consumer 'api_key:API_KEY' has been suspended."),
  BILLING_DISABLED(
      403,
      true,
      "This API method requires billing to be enabled. Please enable billing on project #PROJECT"
          + " by visiting CONSOLE/billing/enable?project=PROJECT then retry. If you enabled billing"
          + " for this project recently, wait a few minutes for the action to propagate to our"
          + " systems and retry."),
  API_KEY_HTTP_REFERRER_BLOCKED(403, true, "Requests from referer <empty> are blocked."),
  API_KEY_IP_ADDRESS_BLOCKED(
      403,
      true,
      "The provided API key has an IP address restriction. The originating IP address of the call"
          + " (127.0.0.1) violates this restriction."),
  API_KEY_SERVICE_BLOCKED(
      403,
      true,
      "Requests to this API generativelanguage.googleapis.com method"
          + " google.ai.generativelanguage.v1beta.GenerativeService.BatchGenerateContent are"
          + " blocked."),
  API_KEY_INVALID(400, true, "API key not valid. Please pass a valid API key."),
  API_KEY_EXPIRED(400, true, "API key expired. Please renew the API key."),
  API_KEY_LEAKED(403, false, "Your API key was reported as leaked. Please use another API key."),
  PROJECT_DENIED(403, false, "Your project has been denied access. Please contact support."),
  LOCATION(400, false, "User location is not supported for the API use."),
  FREE_TIER(
      400,
      false,
      "Gemini API free tier is not available in your country. Please enable billing on your project"
          + " in Google AI Studio."),
  CREDITS_DEPLETED(
      429,
      false,
      "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects"
          + " to manage your project and billing.");

  private static final String PROJECT = "123456789012";
  private static final String CONSOLE = "https://console.developers.google.com";
  private static final String SERVICE = "generativelanguage.googleapis.com";
  private static final String TYPE = "type.googleapis.com/google.rpc.";

  private final int code;
  private final boolean hasReason;
  private final String words;

  AccountRefusal(int code, boolean hasReason, String words) {
    this.code = code;
    this.hasReason = hasReason;
    this.words = words;
  }

  /** Finds it by its name, in any case and with dashes as well. */
  static Optional<AccountRefusal> of(String name) {
    String wanted = name.toUpperCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(values()).filter(each -> each.name().equals(wanted)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
  }

  /** The refusal of a call with this key. */
  ApiError error(String key) {
    String message =
        words.replace("API_KEY", key).replace("PROJECT", PROJECT).replace("CONSOLE", CONSOLE);
    return new ApiError(code, status(), message, details(key, message));
  }

  private String status() {
    return this == LOCATION || this == FREE_TIER ? RpcCode.name(9) : RpcCode.name(code);
  }

  private ArrayNode details(String key, String message) {
    ArrayNode details = JsonNodeFactory.instance.arrayNode();
    if (!hasReason) {
      return details;
    }
    ObjectNode metadata =
        details
            .addObject()
            .put("@type", TYPE + "ErrorInfo")
            .put("reason", this == API_KEY_EXPIRED ? API_KEY_INVALID.name() : name())
            .put("domain", "googleapis.com")
            .putObject("metadata")
            .put("service", SERVICE);
    switch (this) {
      case CONSUMER_SUSPENDED ->
          metadata.put("consumer", "projects/" + PROJECT).put("containerInfo", "api_key:" + key);
      case SERVICE_DISABLED ->
          metadata
              .put("consumer", "projects/" + PROJECT)
              .put("containerInfo", PROJECT)
              .put("serviceTitle", "Generative Language API")
              .put(
                  "activationUrl",
                  CONSOLE + "/apis/api/" + SERVICE + "/overview?project=" + PROJECT);
      case API_KEY_HTTP_REFERRER_BLOCKED ->
          metadata.put("consumer", "projects/" + PROJECT).put("httpReferrer", "<empty>");
      case API_KEY_IP_ADDRESS_BLOCKED ->
          metadata.put("consumer", "projects/" + PROJECT).put("callerIp", "127.0.0.1");
      case API_KEY_SERVICE_BLOCKED ->
          metadata
              .put("consumer", "projects/" + PROJECT)
              .put("apiName", SERVICE)
              .put(
                  "methodName",
                  "google.ai.generativelanguage.v1beta.GenerativeService.BatchGenerateContent");
      case BILLING_DISABLED -> metadata.put("consumer", "projects/" + PROJECT);
      default -> {
        // the service's name is all that a bad key is given
      }
    }
    details
        .addObject()
        .put("@type", TYPE + "LocalizedMessage")
        .put("locale", "en-US")
        .put("message", message);
    return details;
  }
}
