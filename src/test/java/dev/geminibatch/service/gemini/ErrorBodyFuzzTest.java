package dev.geminibatch.service.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.geminibatch.service.ErrorClassifier;
import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Any bytes as the body of an error, from the service or from whoever answers in its place. */
@Tag("fuzz")
@Timeout(10)
class ErrorBodyFuzzTest {
  private static final Request REQUEST = new Request.Builder().url("http://localhost/").build();
  private static final MediaType JSON = MediaType.get("application/json");

  @FuzzTest
  void an_error_says_what_is_wrong_whatever_its_body(byte[] body) throws IOException {
    for (int code : new int[] {200, 400, 429, 503}) {
      ErrorBody error = read(code, body);

      assertThat(read(code, body).toString()).isEqualTo(error.toString());
      assertThat(error.message(code)).isNotBlank();
      assertThat(error.text()).hasSizeLessThan(400);
      assertThat(error.httpCode()).isBetween(100, 599);
      assertThat(error.isOfCall() && !error.isAlone()).isFalse();
      assertThat(ErrorClassifier.kind(code, error.status(), error.reasons(), error.message(code)))
          .isNotNull();
    }
  }

  private static ErrorBody read(int code, byte[] body) throws IOException {
    try (Response response =
        new Response.Builder()
            .request(REQUEST)
            .protocol(Protocol.HTTP_1_1)
            .code(code)
            .message("")
            .body(ResponseBody.create(body, JSON))
            .build()) {
      return ErrorBody.of(response);
    }
  }
}
