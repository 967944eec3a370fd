package dev.geminibatch.service.gemini;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.geminibatch.line.ByteSearch;
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
  private static final int SMALL_BYTES = 1 << 16;
  private static final MediaType JSON = MediaType.get("application/json; charset=utf-8");

  @Override
  public Response intercept(Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    if (!response.isSuccessful() || !mayHide(response)) {
      return response;
    }
    ErrorBody error = ErrorBody.of(response);
    if (!(isFile(response) ? error.isOfCall() : error.isAlone())) {
      return response;
    }
    response.close();
    return response
        .newBuilder()
        .code(error.httpCode())
        .body(ResponseBody.create(error.whole().toString(), JSON))
        .build();
  }

  /**
   * Nothing of a body is read here but its beginning, and that without taking it away. Small bodies
   * are looked through; a large one is an error only if that stands at its beginning.
   */
  private static boolean mayHide(Response response) {
    byte[] start;
    try {
      start = response.peekBody(SMALL_BYTES + 1).bytes();
    } catch (IOException e) {
      return false; // truncated; whoever reads it takes what there is
    }
    int at = ByteSearch.skipBlank(start, 0, start.length);
    boolean isJson = at < start.length && (start[at] == '{' || start[at] == '[');
    if (start.length <= SMALL_BYTES) {
      return isJson;
    }
    int length = Math.min(BEGINNING_BYTES, start.length - at);
    String beginning = new String(start, at, length, ISO_8859_1);
    return isJson && !isFile(response) && BEGINNING.matcher(beginning).lookingAt();
  }

  private static boolean isFile(Response response) {
    return "media".equals(response.request().url().queryParameter("alt"));
  }
}
