package dev.geminibatch.service.gemini;

import java.io.IOException;
import java.util.regex.Pattern;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * Makes an error out of an answer that says 200 and holds one. The last answer of an upload has
 * been seen to do that; no call is trusted not to.
 *
 * <p>Operations and files have an {@code error} of their own beside their name. That one is what
 * was asked for.
 */
final class HiddenErrors implements Interceptor {
  private static final Pattern BEGINNING = Pattern.compile("\\s*\\[?\\s*\\{\\s*\"error\"\\s*:");
  private static final int BEGINNING_BYTES = 64;
  private static final MediaType JSON = MediaType.get("application/json; charset=utf-8");

  @Override
  public Response intercept(Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    if (!response.isSuccessful() || !mayHide(response)) {
      return response;
    }
    ErrorBody error = ErrorBody.of(response);
    if (!error.isAlone()) {
      return response;
    }
    response.close();
    return response
        .newBuilder()
        .code(error.httpCode())
        .body(ResponseBody.create(error.whole().toString(), JSON))
        .build();
  }

  /** Nothing of a body is read here but its beginning, and that without taking it away. */
  private static boolean mayHide(Response response) throws IOException {
    // The lines of a file of answers may begin with an error, too; such a file is not JSON.
    boolean isFile = "media".equals(response.request().url().queryParameter("alt"));
    boolean isJson = response.header("Content-Type", "").startsWith("application/json");
    return (isJson || !isFile)
        && BEGINNING.matcher(response.peekBody(BEGINNING_BYTES).string()).lookingAt();
  }
}
