package dev.geminibatch.service.gemini;

import static dev.geminibatch.testkit.HostileService.bomb;
import static dev.geminibatch.testkit.HostileService.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.testkit.HostileService;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that wants our key to go elsewhere, our memory, or our time. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileServiceTest {
  private static final JobName JOB = new JobName("batches/x");

  @TempDir Path folder;
  private HostileService service;
  private ServiceClock clock;
  private GeminiService gemini;

  @BeforeEach
  void start() throws IOException {
    service = HostileService.start();
    clock = new ServiceClock(Clock.systemUTC());
    gemini = gemini(Duration.ofSeconds(10));
  }

  private GeminiService gemini(Duration timeout) {
    return new GeminiService(
        new ServiceConfig(
            Optional.of(ApiKey.of("some-key", "the test")),
            service.url(),
            "v1beta",
            timeout,
            4,
            Proxies.none()),
        new RetryPolicy(1, Duration.ZERO, time -> {}),
        clock);
  }

  @AfterEach
  void stop() {
    gemini.close();
    service.close();
  }

  /** What is not an id, after any prefix. */
  static List<String> badIds() {
    return List.of(
        "",
        ".",
        "..",
        "../x",
        "../../v1beta/batches/x:cancel?x=",
        "x/../../files/y",
        "x/y",
        "/x",
        "x\\\\y",
        "%2e%2e%2fx",
        "x%2Fy",
        "x?alt=media",
        "x#y",
        "x:cancel",
        "x@evil.example",
        "x y",
        " x",
        "x\\n",
        "x\\u0000",
        "x\\r\\nHost: evil",
        ".x",
        "-x",
        "x\\u2215y",
        "x\\uff0fy",
        "\\u0130d",
        "x;y",
        "x\\u202ey",
        "a".repeat(201));
  }

  @ParameterizedTest
  @MethodSource("badIds")
  void a_name_of_a_job_that_is_none_is_never_used(String id) {
    String odd = "{\"name\":\"batches/" + id + "\",\"displayName\":\"mine\"}";
    service.says("/v1beta/batches/x", odd);
    service.says("/v1beta/batches", "{\"operations\":[" + odd + "]}");
    service.says("/v1beta/models/gemini-x:batchGenerateContent", odd);

    assertOdd(() -> gemini.job(JOB));
    assertOdd(() -> gemini.createJob("gemini-x", "files/in", "mine"));
    assertOdd(() -> gemini.findJob("mine", Duration.ZERO)); // there is one, so none may be created
    assertThat(gemini.findJob("other", Duration.ZERO)).isEmpty();
    assertThat(gemini.allJobs()).extracting(RemoteJob::name).containsExactly("");
    assertOnlyAsked();
  }

  @Test
  void a_job_that_is_described_in_place_of_the_one_asked_for_is_not_taken_for_it() {
    service.says("/v1beta/batches/x", "{\"name\":\"batches/y\",\"done\":true}");

    assertOdd(() -> gemini.job(JOB));
  }

  @ParameterizedTest
  @MethodSource("badIds")
  void a_file_of_answers_that_is_none_is_never_fetched(String id) {
    service.says(
        "/v1beta/batches/x",
        "{\"name\":\"batches/x\",\"done\":true,\"response\":{\"responsesFile\":\"files/"
            + id
            + "\"}}");

    RemoteJob job = gemini.job(JOB);

    assertThat(job.answers()).isEmpty();
    assertThat(job.isUnexplained()).isTrue();
    assertOnlyAsked();
  }

  @ParameterizedTest
  @MethodSource("badIds")
  void a_name_of_a_file_that_is_none_is_never_used(String id) throws IOException {
    String odd = "{\"name\":\"files/" + id + "\",\"sizeBytes\":\"1\"}";
    service.says("/v1beta/files/x", odd);
    service.says("/v1beta/files", "{\"files\":[" + odd + ",{\"name\":\"files/good\"}]}");
    service.on(
        "/upload/v1beta/files",
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("X-Goog-Upload-URL", service.url() + "/upload/v1beta/files/session?upload_id=1");
          send(exchange, 200, "{}");
        });
    service.says("/upload/v1beta/files/session", "{\"file\":" + odd + "}");

    assertOdd(() -> gemini.file("files/x"));
    List<RemoteFile> listed = new ArrayList<>();
    gemini.forEachFile(listed::add);
    assertThat(listed).extracting(RemoteFile::name).containsExactly("files/good");
    assertFails(() -> gemini.upload(upload(), sent -> {}));
    assertOnlyAsked();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "files/../batches/x:cancel?",
        "files/..",
        "../files/x",
        "batches/../files/x",
        "files/x:download?y=",
        "models/x",
        "files/%2e%2e",
        "",
        "x"
      })
  void what_an_old_ledger_holds_is_not_asked_for_if_it_is_no_name(String name) {
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> gemini.file(name),
            () -> gemini.deleteFile(name),
            () -> gemini.download(name, folder.resolve("x"), received -> {}))) {
      assertThat(assertFails(call).kind()).isEqualTo(Kind.NOT_FOUND);
    }
    assertThat(service.asked()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../batches/ID:cancel?x=",
        "gemini-x:generateContent?x=",
        "tunedModels/../x",
        "tunedModels/x/y",
        "models/../x",
        "publishers/google/models/x",
        "..",
        "",
        "x%2f..",
        "gemini x"
      })
  void a_job_with_a_model_that_is_none_is_refused_before_any_call(String model) {
    assertThat(assertFails(() -> gemini.createJob(model, "files/in", "mine")).kind())
        .isEqualTo(Kind.REFUSED);
    assertThat(service.asked()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "gemini-x, /v1beta/models/gemini-x:batchGenerateContent",
    "models/gemini-x, /v1beta/models/gemini-x:batchGenerateContent",
    "tunedModels/my-model.2, /v1beta/tunedModels/my-model.2:batchGenerateContent"
  })
  void a_model_is_one_segment_of_the_address(String model, String path) {
    service.says(path, "{\"name\":\"batches/new\"}");

    assertThat(gemini.createJob(model, "files/in", "mine").name()).isEqualTo("batches/new");
  }

  @Test
  void a_token_is_one_parameter_whatever_is_in_it() {
    String token = "a&pageSize=1#?/../x y\u05d0%26";
    service.on(
        "/v1beta/batches",
        exchange ->
            send(
                exchange,
                200,
                exchange.getRequestURI().getQuery().contains("pageToken")
                    ? "{}"
                    : "{\"nextPageToken\":\"" + token + "\"}"));

    assertThat(gemini.allJobs()).isEmpty();

    assertThat(service.asked().get(1))
        .isEqualTo(
            "GET /v1beta/batches?pageSize=100&pageToken=a%26pageSize%3D1%23%3F%2F..%2Fx%20y%D7%90%2526");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1beta/batches/x:cancel",
        "/upload/../v1beta/batches/x:cancel",
        "/upload/%2e%2e/v1beta/batches/x:cancel",
        "/upload/..%2fv1beta",
        "/upload/a%5c..",
        "/upload\\\\..\\\\v1beta",
        "/upload",
        "/uploads/x",
        "//evil.example/v1beta/batches",
        "https://evil.example/v1beta/files",
        "file:///etc/passwd"
      })
  void an_upload_goes_nowhere_but_to_where_uploads_go(String session) {
    service.on(
        "/upload/v1beta/files",
        exchange -> {
          exchange.getResponseHeaders().set("X-Goog-Upload-URL", session);
          send(exchange, 200, "{}");
        });

    assertFails(() -> gemini.upload(upload(), sent -> {}));

    assertOnlyAsked();
  }

  private FileUpload upload() throws IOException {
    Path path = Files.writeString(folder.resolve("in"), "x");
    return new FileUpload(Content.of(path), "files/x", "in", "text/plain");
  }

  @Test
  void an_answer_is_not_followed_elsewhere() {
    service.on(
        "/v1beta/batches/x",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/v1beta/batches/y");
          send(exchange, 307, "");
        });

    assertFails(() -> gemini.job(JOB));

    assertThat(service.asked()).containsExactly("GET /v1beta/batches/x");
  }

  @Test
  void an_answer_that_unpacks_to_gigabytes_is_not_read() throws IOException {
    long gigabytes = 2L << 30;
    HostileService.Answer blanks = bomb(200, "{", " ", gigabytes);
    service.on("/v1beta/batches/x", blanks);
    service.on("/v1beta/batches", bomb(200, "{\"operations\":[{\"x\":\"", "x", gigabytes));
    service.on("/v1beta/files", blanks);
    service.on("/v1beta/files/x", bomb(200, "{\"displayName\":\"", "x", gigabytes));
    service.on("/v1beta/models/gemini-x:batchGenerateContent", blanks);
    service.on("/v1beta/batches/x:cancel", blanks);

    assertOdd(() -> gemini.job(JOB));
    assertOdd(() -> gemini.jobs(Optional.empty()));
    assertOdd(() -> gemini.forEachFile(file -> {}));
    assertOdd(() -> gemini.file("files/x"));
    assertOdd(() -> gemini.createJob("gemini-x", "files/in", "mine"));
    assertOdd(() -> gemini.cancelJob(JOB));
    assertFails(() -> gemini.deleteJob(JOB));
    assertFails(() -> gemini.deleteFile("files/x"));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 429, 500, 503})
  void an_error_that_unpacks_to_gigabytes_keeps_its_code(int code) {
    service.on("/v1beta/batches/x", bomb(code, "{\"error\":{\"message\":\"", "file ", 400 << 20));
    service.on("/v1beta/files", bomb(code, "<html>", "<style>", 400 << 20));

    assertFails(() -> gemini.job(JOB));
    assertThat(assertFails(() -> gemini.forEachFile(file -> {})).getMessage())
        .hasSizeLessThan(1_000)
        .contains("HTTP " + code);
  }

  @Test
  void an_announced_size_is_enough_to_refuse() {
    service.on(
        "/v1beta/files",
        exchange -> {
          exchange.sendResponseHeaders(200, 1L << 40);
          exchange.getResponseBody().flush(); // from Java 25 on the headers may wait for the body
        });

    assertOdd(() -> gemini.forEachFile(file -> {}));
  }

  @Test
  void many_small_values_take_no_more_memory_than_a_large_one() {
    service.on("/v1beta/batches", bomb(200, "{\"operations\":[{}", ",{}", 5_000_000));
    service.on("/v1beta/files", bomb(200, "{\"files\":[[]", ",[]", 5_000_000));
    service.on("/v1beta/batches/x", bomb(400, "{\"error\":{\"details\":[{}", ",{}", 5_000_000));

    assertOdd(() -> gemini.jobs(Optional.empty()));
    assertOdd(() -> gemini.forEachFile(file -> {}));
    assertFails(() -> gemini.job(JOB));
  }

  @Test
  void answers_inside_a_job_are_bounded_each_and_all_together() throws IOException {
    String start = "{\"response\":{\"inlinedResponses\":{\"inlinedResponses\":[";
    Path target = folder.resolve("answers");

    service.on("/v1beta/batches/x", bomb(200, start + "{\"response\":\"", "x", 1L << 30));
    assertOdd(() -> gemini.download("batches/x", target, received -> {}));
    service.on("/v1beta/batches/x", bomb(200, start + "{\"metadata\":[[]", ",[]", 1L << 28));
    assertOdd(() -> gemini.download("batches/x", target, received -> {}));
    service.on("/v1beta/batches/x", bomb(200, start + "{\"response\":[\"\"", ",\"\"", 1L << 28));
    assertOdd(() -> gemini.download("batches/x", target, received -> {}));
    service.on("/v1beta/batches/x", bomb(200, start + "{}", ",{}", 1L << 28));
    assertOdd(() -> gemini.download("batches/x", target, received -> {}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":", "[{\"x\":["})
  void an_answer_nested_without_end_is_odd(String piece) {
    String deep = piece.repeat(100_000);
    service.says("/v1beta/batches/x", "{\"name\":\"batches/x\",\"metadata\":" + deep);
    service.says("/v1beta/files", deep);
    service.on("/v1beta/files/x", exchange -> send(exchange, 400, "{\"error\":" + deep));

    assertOdd(() -> gemini.job(JOB));
    assertOdd(() -> gemini.forEachFile(file -> {}));
    assertFails(() -> gemini.file("files/x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "99999999999999999999",
        "1e999",
        "1e999999999",
        "\"x\"",
        "\"-5\"",
        "[]",
        "{}",
        "null",
        "true"
      })
  void numbers_in_odd_forms_count_as_none(String number) {
    service.says(
        "/v1beta/batches/x",
        "{\"metadata\":{\"batchStats\":{\"requestCount\":" + number + "}},\"done\":false}");
    service.says("/v1beta/files/x", "{\"sizeBytes\":" + number + "}");

    assertThat(gemini.job(JOB).counts().requests()).isZero();
    assertThat(gemini.file("files/x").size()).isEqualTo(-1);
  }

  @Test
  void a_number_of_a_million_digits_is_odd() {
    String digits = "1".repeat(1_000_000);
    service.says("/v1beta/batches/x", "{\"metadata\":{\"batchStats\":{\"x\":" + digits + "}}}");
    service.says("/v1beta/files/x", "{\"sizeBytes\":" + digits + "}");

    assertOdd(() -> gemini.job(JOB));
    assertOdd(() -> gemini.file("files/x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+1000000000-12-31T23:59:59.999999999Z",
        "-1000000000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "tomorrow",
        ""
      })
  void times_of_other_ages_count_as_none(String time) {
    service.says(
        "/v1beta/batches/x",
        "{\"metadata\":{\"createTime\":\"" + time + "\",\"endTime\":\"" + time + "\"}}");
    service.says(
        "/v1beta/files/x", "{\"createTime\":\"" + time + "\",\"expirationTime\":\"" + time + "\"}");

    assertThat(gemini.job(JOB).created()).isEmpty();
    assertThat(gemini.job(JOB).ended()).isEmpty();
    assertThat(gemini.file("files/x").expires()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void pages_that_lead_in_a_circle_are_not_taken_for_the_whole(int length) {
    int[] page = new int[1];
    HostileService.Answer circle =
        exchange ->
            send(
                exchange, 200, "{\"nextPageToken\":\"t" + Math.floorMod(page[0]++, length) + "\"}");
    service.on("/v1beta/batches", circle).on("/v1beta/files", circle);

    assertOdd(gemini::allJobs);
    assertOdd(() -> gemini.findJob("mine", Duration.ZERO));
    assertOdd(() -> gemini.forEachFile(file -> {}));
    assertThat(service.asked()).hasSizeLessThan(100);
  }

  @Test
  void a_token_as_long_as_a_book_is_odd() {
    service.says("/v1beta/batches", "{\"nextPageToken\":\"" + "x".repeat(1 << 20) + "\"}");

    assertOdd(gemini::allJobs);
  }

  @Test
  void a_million_details_are_read_in_no_time() {
    StringBuilder details = new StringBuilder();
    for (int i = 0; i < 60_000; i++) {
      details.append(i == 0 ? "" : ",").append("{\"description\":\"field ").append(i).append("\"}");
    }
    String body =
        "{\"error\":{\"code\":400,\"message\":\""
            + "file 'file \\\"file  ".repeat(200_000)
            + "\",\"details\":[{\"fieldViolations\":["
            + details
            + "]}]}}";
    service.on("/v1beta/batches/x", exchange -> send(exchange, 400, body));

    assertThat(assertFails(() -> gemini.job(JOB)).getMessage()).hasSizeLessThan(10_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Fri, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "x", ""})
  void a_date_of_another_age_does_not_make_files_old(String date) {
    service.on(
        "/v1beta/batches",
        exchange -> {
          exchange.getResponseHeaders().set("Date", date);
          send(exchange, 200, "{}");
        });

    gemini.jobs(Optional.empty());

    assertThat(clock.instant())
        .isBetween(Instant.now().minusSeconds(5), Instant.now().plusSeconds(5));
  }

  @Test
  void an_answer_that_drips_ends_after_some_time() {
    service.on(
        "/v1beta/files/x",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          drip(exchange.getResponseBody());
        });
    try (GeminiService hurried = gemini(Duration.ofMillis(200))) {
      assertThat(assertFails(() -> hurried.file("files/x")).kind()).isEqualTo(Kind.UNREACHABLE);
    }
  }

  /** A blank now and then, forever. */
  private static void drip(OutputStream out) {
    try {
      while (true) {
        out.write(' ');
        out.flush();
        TimeUnit.MILLISECONDS.sleep(50);
      }
    } catch (IOException | InterruptedException e) {
      // the client has had enough
    }
  }

  private void assertOnlyAsked() {
    assertThat(service.asked())
        .allMatch(
            asked ->
                asked.matches(
                    "GET /v1beta/(batches|files)(/x|[?]pageSize=100)"
                        + "|POST /v1beta/models/gemini-x:batchGenerateContent"
                        + "|POST /upload/v1beta/files(/session[?]upload_id=1)?"));
  }

  private static void assertOdd(ThrowingCallable call) {
    ServiceFailure failure = assertFails(call);
    assertThat(failure.status()).as(failure.getMessage()).isEqualTo("ODD_ANSWER");
    assertThat(failure.getMessage()).hasSizeLessThan(1_000);
  }

  private static ServiceFailure assertFails(ThrowingCallable call) {
    ServiceFailure failure = catchThrowableOfType(ServiceFailure.class, call);
    assertThat(failure).isNotNull();
    return failure;
  }

  private String refusal(String type, String body) {
    service.on(
        "/v1beta/batches/x",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", type);
          send(exchange, 500, body);
        });
    return catchThrowableOfType(ServiceFailure.class, () -> gemini.job(JOB)).getMessage();
  }

  @Test
  void a_key_across_the_end_of_a_message_is_not_left_in_half() {
    String key = "AIza" + "a".repeat(35);
    String page = "<html><body>" + "m".repeat(290) + " " + key + "</body></html>";
    assertThat(refusal("text/html", page)).contains("mmm").doesNotContain("AIza");
    String message = "m".repeat(3_990) + " " + key + " " + "m".repeat(100);
    assertThat(refusal("application/json", "{\"error\":{\"message\":\"" + message + "\"}}"))
        .contains("mmm")
        .doesNotContain("AIza");
  }

  @Test
  void a_page_says_what_is_to_be_seen_of_it() {
    assertThat(
            refusal(
                "text/html",
                "<html><head><style>a{}</style><title>t</title></head><body>Bad <style>b{}</style>"
                    + "<header>gateway</header></body>"))
        .contains(": Bad gateway");
    assertThat(refusal("text/html", "<head><title>No end</title><p>of it"))
        .contains("No end of it");
  }

  @Test
  @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void a_page_of_elements_without_an_end_takes_no_time() {
    for (String element : List.of("<head>", "<script>", "<style", "<head><style>", "<")) {
      refusal("text/html", element.repeat((1 << 16) / element.length()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Endless: x\r\n", "x"})
  void headers_without_an_end_are_a_failure(String piece) throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread server = new Thread(() -> sendWithoutEnd(socket, piece));
      server.start();
      ServiceConfig config =
          new ServiceConfig(
              Optional.of(ApiKey.of("some-key", "the test")),
              URI.create("http://127.0.0.1:" + socket.getLocalPort()),
              "v1beta",
              Duration.ofSeconds(10),
              4,
              Proxies.none());
      try (GeminiService hostile =
          new GeminiService(config, new RetryPolicy(1, Duration.ZERO, time -> {}), clock)) {
        assertThat(catchThrowableOfType(ServiceFailure.class, () -> hostile.job(JOB)).isPassing())
            .isTrue();
      }
      socket.close();
      server.join();
    }
  }

  private static void sendWithoutEnd(ServerSocket server, String piece) {
    byte[] pieces = piece.repeat(10_000).getBytes(UTF_8);
    while (!server.isClosed()) {
      try (Socket client = server.accept();
          OutputStream out = client.getOutputStream()) {
        out.write("HTTP/1.1 200 OK\r\nX-Endless: ".getBytes(UTF_8));
        while (true) {
          out.write(pieces);
        }
      } catch (IOException e) {
        // the client has had enough
      }
    }
  }
}
