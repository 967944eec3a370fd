package dev.geminibatch.service.gemini;

import dev.geminibatch.io.Amounts;
import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.AsyncTimeout;
import okio.Okio;

/** Reads no more of an answer than its {@link AnswerLimit}, however well it was packed. */
final class BoundedAnswers implements Interceptor {
  /** Who reads ahead may take a little more than the limit. */
  private static final long MARGIN = 1 << 16;

  @Override
  public Response intercept(Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    AnswerLimit tag = chain.request().tag(AnswerLimit.class);
    AnswerLimit limit = tag == null ? AnswerLimit.SMALL : tag;
    if (limit != AnswerLimit.SMALL && chain.call().timeout() instanceof AsyncTimeout whole) {
      whole.exit(); // it was for the beginning; the rest is as long as it is, and must keep coming
    }
    ResponseBody body = response.body();
    long most = response.isSuccessful() ? limit.bytes() : AnswerLimit.ERROR_BYTES + MARGIN;
    if (response.isSuccessful() && body.contentLength() > most) {
      response.close();
      throw new OddAnswer("The service's answer is larger than " + Amounts.size(most));
    }
    LimitedBody arrival = new LimitedBody(body.source(), most, System::nanoTime);
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(arrival), body.contentType(), body.contentLength()))
        .build();
  }
}
