package dev.geminibatch.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.service.ServiceFailure.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an error of the service is about. */
class ErrorClassifierTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SERVICE_DISABLED",
        "BILLING_DISABLED",
        "CONSUMER_SUSPENDED",
        "API_KEY_HTTP_REFERRER_BLOCKED",
        "API_KEY_IP_ADDRESS_BLOCKED",
        "API_KEY_SERVICE_BLOCKED",
        "accessNotConfigured"
      })
  void a_reason_of_the_account_is_believed_whatever_the_words(String reason) {
    assertThat(ErrorClassifier.kind(403, "PERMISSION_DENIED", List.of(reason), "No."))
        .isEqualTo(Kind.ACCOUNT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | FAILED_PRECONDITION | User location is not supported for the API use.",
        "400 | FAILED_PRECONDITION | Gemini API free tier is not available in your country. Please"
            + " enable billing on your project in Google AI Studio.",
        "400 | FAILED_PRECONDITION | Precondition check failed.",
        "400 | INVALID_ARGUMENT | User location is not supported for the API use.",
        "403 | PERMISSION_DENIED | Generative Language API has not been used in project 12 before"
            + " or it is disabled. Enable it by visiting https://example.com then retry.",
        "403 | PERMISSION_DENIED | Requests from referer <empty> are blocked.",
        "403 | PERMISSION_DENIED | Requests to this API generativelanguage.googleapis.com method"
            + " google.ai.generativelanguage.v1beta.FileService.CreateFile are blocked.",
        "403 | PERMISSION_DENIED | The provided API key has an IP address restriction. The"
            + " originating IP address of the call (192.0.2.1) violates this restriction.",
        "403 | PERMISSION_DENIED | This API method requires billing to be enabled.",
        "403 | PERMISSION_DENIED | Permission denied: Consumer 'api_key:x' has been suspended.",
        "403 | PERMISSION_DENIED | Your project has been denied access. Please contact support.",
        "403 | PERMISSION_DENIED | The caller does not have permission",
        "403 | '' | The service answered with HTTP 403: Forbidden",
        "403 | PERMISSION_DENIED | Access to files/abc denied because billing is past due",
        "403 | PERMISSION_DENIED | Permission 'x.files.create' denied on resource"
            + " '//generativelanguage.googleapis.com/projects/1' (or it may not exist).",
        "400 | INVALID_ARGUMENT | Files API is not available for free tier users. Upgrade.",
        "451 | '' | The service answered with HTTP 451: Unavailable for legal reasons",
        "402 | '' | Payment Required",
        "429 | RESOURCE_EXHAUSTED | Your prepayment credits are depleted.",
        "429 | RESOURCE_EXHAUSTED | Your project has exceeded its monthly spending cap.",
        "429 | RESOURCE_EXHAUSTED | You exceeded your current quota. * Quota exceeded for metric: x,"
            + " limit: 0, model: gemini-2.5-pro",
        "429 | RESOURCE_EXHAUSTED | Quota exceeded, limit=0.",
        "429 | RESOURCE_EXHAUSTED | This project has a quota of 0 for batch jobs."
      })
  void a_refused_account_is_known_by_the_words(int code, String status, String message) {
    assertThat(ErrorClassifier.kind(code, status, List.of(), message)).isEqualTo(Kind.ACCOUNT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BAD_KEY | 400 | INVALID_ARGUMENT | API key not valid. Please pass a valid API key.",
        "BAD_KEY | 400 | INVALID_ARGUMENT | API key expired. Please renew the API key.",
        "BAD_KEY | 403 | PERMISSION_DENIED | Your API key was reported as leaked.",
        "BAD_KEY | 401 | UNAUTHENTICATED | Request had invalid authentication credentials.",
        "NOT_FOUND | 404 | NOT_FOUND | models/gemini-0 is not found for API version v1beta",
        "NOT_FOUND | 403 | PERMISSION_DENIED | You do not have permission to access the File x or"
            + " it may not exist.",
        "QUOTA | 429 | RESOURCE_EXHAUSTED | You exceeded your current quota, please check your plan"
            + " and billing details.",
        "ALREADY_EXISTS | 409 | ALREADY_EXISTS | gb-1 already exists.",
        "UNAVAILABLE | 409 | ABORTED | The operation was aborted.",
        "UNAVAILABLE | 503 | UNAVAILABLE | The model is overloaded.",
        "UNAVAILABLE | 500 | INTERNAL | This API method requires billing to be enabled.",
        "UNAVAILABLE | 408 | '' | Request Timeout",
        "REFUSED | 400 | INVALID_ARGUMENT | Unsupported MIME type: application/jsonl",
        "REFUSED | 400 | FAILED_PRECONDITION | The File files/x is not in an ACTIVE state.",
        "REFUSED | 400 | FAILED_PRECONDITION | The batch is finished already.",
        "REFUSED | 403 | PERMISSION_DENIED | You do not have permission to access tunedModels/x.",
        "REFUSED | 400 | INVALID_ARGUMENT | Error on line 2: Invalid value at 'contents[0].role':"
            + " Please check the billing account",
        "REFUSED | 400 | INVALID_ARGUMENT | file.display_name 'enable billing.pdf' is too long",
        "REFUSED | 400 | INVALID_ARGUMENT | Cannot fetch https://x/how-to-get-an-API key.pdf. Enable"
            + " billing",
        "REFUSED | 400 | FAILED_PRECONDITION | The file is too big to be processed",
        "QUOTA | 429 | RESOURCE_EXHAUSTED | Quota exceeded for metric: x, limit: 0.5, or limit: 05",
        "REFUSED | 400 | INVALID_ARGUMENT | Invalid value 'limit: 0' in the schema",
        "QUOTA | 400 | FAILED_PRECONDITION | Storage quota exceeded for files",
        "UNREACHABLE | 407 | '' | Proxy Authentication Required",
        "REFUSED | 413 | '' | Payload Too Large"
      })
  void other_errors_are_about_the_item_a_quota_or_nothing_that_lasts(
      Kind kind, int code, String status, String message) {
    assertThat(ErrorClassifier.kind(code, status, List.of(), message)).isEqualTo(kind);
  }

  @Test
  void a_quota_that_is_zero_by_the_details_is_about_the_account() {
    List<String> reasons =
        ErrorClassifier.reasons(
            "{\"details\":[{\"reason\":\"RATE_LIMIT_EXCEEDED\",\"metadata\":{\"quota_limit_value\":\"0\"}}]}");

    assertThat(ErrorClassifier.kind(429, "RESOURCE_EXHAUSTED", reasons, "Quota exceeded"))
        .isEqualTo(Kind.ACCOUNT);
    assertThat(ErrorClassifier.reasons("{\"quotaValue\":\"10\",\"message\":\"limit: 0\"}"))
        .isEmpty();
  }

  @Test
  void a_rate_limit_is_a_quota_even_when_it_says_403() {
    assertThat(
            ErrorClassifier.kind(
                403, "PERMISSION_DENIED", List.of("RATE_LIMIT_EXCEEDED"), "Slow down."))
        .isEqualTo(Kind.QUOTA);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true | 7 | Consumer 'api_key:x' has been suspended.",
        "true | 9 | User location is not supported for the API use.",
        "true | 400 | API key not valid. Please pass a valid API key.",
        "true | 16 | Unauthenticated",
        "true | 7 | No. [{\"reason\":\"SERVICE_DISABLED\",\"domain\":\"googleapis.com\"}]",
        "true | 8 | Your prepayment credits are depleted.",
        "false | 8 | Resource has been exhausted (e.g. check quota).",
        "false | 7 | You do not have permission to access the File x or it may not exist.",
        "false | 3 | Request contains an invalid argument.",
        "false | 3 | Error on line 2: You answer questions about the API key and how to enable billing",
        "false | 3 | Cannot fetch https://x/get-an-API key.pdf. Enable billing",
        "false | 13 | An internal error has occurred. billing account"
      })
  void the_error_of_a_request_may_be_one_of_the_account(
      boolean isAccount, int code, String message) {
    assertThat(ErrorClassifier.isAccount(code, message)).isEqualTo(isAccount);
  }
}
