package dev.geminibatch.service.gemini;

import com.google.genai.errors.ApiException;
import com.google.genai.errors.GenAiIOException;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.RpcCode;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.io.IOException;
import java.util.Optional;

/** Translates what the google-genai client throws. */
final class SdkFailures {
  private SdkFailures() {}

  static ServiceFailure translate(RuntimeException e, GeminiHttp http) {
    if (e instanceof ServiceFailure failure) {
      return failure;
    }
    if (e instanceof ApiException api) {
      String text = String.valueOf(api.message());
      String message = text.split("\nDetails: ", 2)[0]; // the client appends them
      return new ServiceFailure(
          ErrorClassifier.kind(api.code(), api.status(), ErrorClassifier.reasons(text), message),
          RpcCode.name(api.code()),
          message,
          Optional.empty(),
          null);
    }
    if (e instanceof GenAiIOException && e.getCause() instanceof IOException cause) {
      return http.unreachable(cause);
    }
    // The client also lets parsing and state errors out; they say that the answer was not usable.
    return new ServiceFailure(
        Kind.UNAVAILABLE,
        "ODD_ANSWER",
        "The service's answer could not be used: " + e.getMessage(),
        Optional.empty(),
        null);
  }
}
