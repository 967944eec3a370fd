package dev.geminibatch.service.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that says 200 and means something else. */
class HiddenErrorsTest {
  private static final String REFUSED =
      "{\"error\":{\"code\":400,\"message\":\"Unsupported MIME type: application/jsonl\"}}";

  @TempDir Path folder;
  private final Map<String, String> answers = new TreeMap<>();
  private HttpServer server;
  private GeminiService gemini;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          String path = exchange.getRequestURI().getPath();
          String type = path.endsWith(":download") ? "text/plain" : "application/json";
          exchange.getResponseHeaders().set("Content-Type", answers.getOrDefault("type", type));
          exchange.getResponseHeaders().set("X-Goog-Upload-URL", base + "/upload/session");
          exchange.getResponseHeaders().set("X-Goog-Upload-Status", "final");
          byte[] body = answers.getOrDefault(path, REFUSED).getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    gemini =
        new GeminiService(
            new ServiceConfig(
                Optional.of(ApiKey.of("some-key", "the test")),
                base,
                "v1beta",
                Duration.ofSeconds(10),
                4,
                Proxies.none()),
            new RetryPolicy(1, Duration.ZERO, time -> {}),
            new ServiceClock(Clock.systemUTC()));
  }

  @AfterEach
  void stop() {
    gemini.close();
    server.stop(0);
  }

  private interface Calls {
    void call(GeminiService gemini, Path folder) throws Exception;
  }

  static Stream<Calls> calls() {
    JobName job = new JobName("batches/x");
    return Stream.of(
        (gemini, folder) -> gemini.createJob("gemini-x", "files/x", "x"),
        (gemini, folder) -> gemini.job(job),
        (gemini, folder) -> gemini.jobs(Optional.empty()),
        (gemini, folder) -> gemini.cancelJob(job),
        (gemini, folder) -> gemini.deleteJob(job),
        (gemini, folder) -> gemini.file("files/x"),
        (gemini, folder) -> gemini.forEachFile(file -> {}),
        (gemini, folder) -> gemini.deleteFile("files/x"),
        (gemini, folder) -> gemini.upload(upload(folder), sent -> {}));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void an_error_in_an_answer_that_says_200_is_an_error_of_every_call(Calls calls) {
    assertFails(() -> calls.call(gemini, folder), Kind.REFUSED, "Unsupported MIME type");
  }

  @Test
  void an_error_in_the_last_answer_of_an_upload_is_one_about_the_type() {
    answers.put("/upload/v1beta/files", "{}");

    assertFails(
        () -> gemini.upload(upload(folder), sent -> {}), Kind.REFUSED, "Unsupported MIME type");
  }

  @Test
  void an_error_in_place_of_a_file_is_not_taken_for_its_content() {
    answers.put("type", "application/json; charset=UTF-8");

    assertFails(
        () -> gemini.download("files/x", folder.resolve("x"), received -> {}),
        Kind.REFUSED,
        "Unsupported MIME type");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\",\"message\":\"no\"}}",
        "{\"status\":\"error\",\"error\":{\"code\":404,\"message\":\"file not found\"}}",
        "{\"error\":\"the service is busy\"}",
        "<html><title>Sign in to proxy</title></html>",
        "<!doctype html>\n<p>Blocked"
      })
  void what_comes_in_place_of_a_file_is_known_whatever_its_type(String body) {
    answers.put("/v1beta/files/x:download", body);
    for (String type : List.of("application/octet-stream", "text/plain", "text/html")) {
      answers.put("type", type);
      assertThatThrownBy(() -> gemini.download("files/x", folder.resolve("x"), received -> {}))
          .isInstanceOf(ServiceFailure.class);
    }
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "REFUSED | {\"error\":\"Unsupported MIME type: application/jsonl\"}",
        "REFUSED | {\"error\":{\"status\":\"INVALID_ARGUMENT\",\"message\":\"Error on line 2: bad\"}}",
        "QUOTA | {\"error\":{\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"later\"}}",
        "UNAVAILABLE | {\"error\":\"something broke\"}",
        "REFUSED | {\"ok\":false,\"error\":{\"code\":400,\"message\":\"x\"}}"
      })
  void an_error_without_a_code_is_known_by_its_name_and_its_words(Kind kind, String body) {
    answers.put("/upload/v1beta/files", "{}");
    answers.put("/upload/session", body);

    assertThatThrownBy(() -> gemini.upload(upload(folder), sent -> {}))
        .isInstanceOfSatisfying(
            ServiceFailure.class, failure -> assertThat(failure.kind()).isEqualTo(kind));
  }

  @Test
  void what_the_details_say_of_single_fields_belongs_to_the_message() {
    answers.put(
        "/v1beta/models/gemini-x:batchGenerateContent",
        "{\"error\":{\"code\":400,\"message\":\"Request contains an invalid argument.\",\"details\":"
            + "[{\"fieldViolations\":[{\"description\":\"Error on line 2: bad\"}]}]}}");

    assertFails(
        () -> gemini.createJob("gemini-x", "files/x", "x"), Kind.REFUSED, "\nError on line 2: bad");
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "\u05d0"})
  void a_large_file_that_begins_with_blanks_or_other_letters_is_a_file(String letter)
      throws IOException {
    String content = letter.repeat(70_000);
    answers.put("/v1beta/files/x:download", content);

    gemini.download("files/x", folder.resolve("x"), received -> {});

    assertThat(folder.resolve("x")).hasContent(content);
  }

  @Test
  void a_file_whose_lines_begin_with_an_error_is_a_file() throws IOException {
    String lines = "{\"error\":{\"code\":13,\"message\":\"x\"}}\n";
    answers.put("/v1beta/files/x:download", lines);

    gemini.download("files/x", folder.resolve("x"), received -> {});

    assertThat(folder.resolve("x")).hasContent(lines);
  }

  @Test
  void the_error_of_a_job_is_not_one_of_the_call() {
    answers.put(
        "/v1beta/batches/x",
        "{\"error\":{\"code\":8,\"message\":\"no quota\"},\"name\":\"batches/x\",\"done\":true,"
            + "\"metadata\":{\"state\":\"BATCH_STATE_FAILED\"}}");

    answers.put(
        "/v1beta/batches/y", "{\"error\":{\"code\":8,\"message\":\"no quota\"},\"done\":true}");

    for (String job : List.of("batches/x", "batches/y")) {
      assertThat(gemini.job(new JobName(job)).error().orElseThrow().message())
          .isEqualTo("no quota");
    }
  }

  @Test
  void the_error_of_a_file_is_not_one_of_the_call() {
    answers.put(
        "/v1beta/files/x",
        "{\"error\":{\"code\":3,\"message\":\"not a video\"},\"name\":\"files/x\",\"state\":\"FAILED\"}");

    assertThat(gemini.file("files/x").isFailed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":{\"code\":7,\"status\":\"PERMISSION_DENIED\",\"message\":\"no\",\"details\":"
            + "[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"SERVICE_DISABLED\"}]}}",
        "[{\"error\":{\"code\":403,\"message\":\"no\",\"details\":[{\"reason\":\"SERVICE_DISABLED\"}]}}]",
        "\n { \"error\" : {\"code\": 403, \"message\": \"no\", \"details\":[{\"reason\":\"SERVICE_DISABLED\"}]}}\n"
      })
  void the_code_may_be_one_of_grpc_and_the_error_may_be_wrapped(String body) {
    answers.put("/v1beta/batches/x", body);
    answers.put("/v1beta/files/x", body);

    assertFails(() -> gemini.job(new JobName("batches/x")), Kind.ACCOUNT, "no");
    assertFails(() -> gemini.file("files/x"), Kind.ACCOUNT, "no");
  }

  private static FileUpload upload(Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "content");
    return new FileUpload(Content.of(file), "files/f", "f", "application/jsonl");
  }

  private static void assertFails(ThrowingCallable call, Kind kind, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ServiceFailure.class, failure -> assertThat(failure.kind()).isEqualTo(kind))
        .hasMessageContaining(message);
  }
}
