package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.management.HealthCheck;
import dev.geminibatch.management.HealthReport;
import dev.geminibatch.settings.ManagementSettings;
import dev.geminibatch.testkit.StageFixture;
import dev.geminibatch.window.Window;
import dev.geminibatch.window.WindowFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The window as a browser sees it. */
@Tag("camel")
class WindowServerTest {
  private static final String HOST = "127.0.0.1";
  private static final String TOKEN = "0123456789abcdef";
  private static final String READ_TOKEN = "fedcba9876543210";
  private static final String BOUNDARY = "----BoundaryOfABrowser0123456789";
  private static final String END = "--" + BOUNDARY + "--\r\n";
  private static final String FORM = "application/x-www-form-urlencoded";

  @TempDir private Path folder;
  private final CamelContext context = new DefaultCamelContext();
  private final HttpClient client = HttpClient.newHttpClient();
  private StageFixture fixture;
  private String run;
  private int port;

  @BeforeEach
  void start() throws IOException {
    fixture = StageFixture.open(folder);
    run = fixture.dropped("a.jsonl");
    ManagementSettings settings =
        new ManagementSettings(true, HOST, 0, Optional.of(TOKEN), Optional.of(READ_TOKEN));
    Window window = WindowFixture.window(fixture, settings.isClosed());
    HealthReport nothing =
        new HealthReport() {
          @Override
          public List<HealthCheck> readiness() {
            return List.of();
          }

          @Override
          public List<HealthCheck> liveness() {
            return List.of();
          }
        };
    context.start();
    port =
        new ManagementServer(context, settings)
            .start(nothing, List.of(), Optional.of(window))
            .orElseThrow();
  }

  @AfterEach
  void stop() throws IOException {
    context.stop();
    fixture.close();
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + port + path))
        .header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path, READ_TOKEN));
  }

  private HttpResponse<String> post(String path, String token, String type, String body)
      throws IOException, InterruptedException {
    return send(
        request(path, token)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private String cancellation() throws IOException, InterruptedException {
    String page = send(request("/runs/" + run + "/do/cancel", TOKEN)).body();
    Matcher token = Pattern.compile("name=\"token\" value=\"([^\"]+)\"").matcher(page);
    assertThat(token.find()).isTrue();
    return "action=cancel&token=" + token.group(1);
  }

  @Test
  void pages_come_with_a_policy_that_lets_nothing_else_in() throws Exception {
    HttpResponse<String> page = get("/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("a.jsonl", "<html lang=\"en\">");
    assertThat(page.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(
            policy -> assertThat(policy).contains("default-src 'none'", "frame-ancestors 'none'"));
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(get("/style.css").headers().firstValue("Content-Type"))
        .hasValue("text/css; charset=utf-8");
  }

  @Test
  void nobody_sees_a_page_without_a_token() throws Exception {
    HttpResponse<String> page = send(request("/", "wrong"));

    assertThat(page.statusCode()).isEqualTo(401);
    assertThat(page.body()).isEmpty();
  }

  @Test
  void a_form_of_a_page_does_what_it_says() throws Exception {
    HttpResponse<String> done = post("/runs/" + run + "/actions", TOKEN, FORM, cancellation());

    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body()).contains("is cancelled");
    assertThat(fixture.run(run).isCancelled()).isTrue();
  }

  @Test
  void a_client_sends_json() throws Exception {
    HttpResponse<String> done =
        post(
            "/api/v1/runs/" + run + "/actions",
            TOKEN,
            "application/json",
            "{\"action\":\"priority\",\"value\":7}");

    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body()).contains("\"priority\":7");
    assertThat(
            post("/api/v1/runs/" + run + "/actions", TOKEN, "application/json", "{\"action")
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void the_token_for_reading_changes_nothing() throws Exception {
    String form = cancellation();

    // What it sends is not even read.
    assertThat(post("/runs/" + run + "/actions", READ_TOKEN, FORM, form).statusCode())
        .isEqualTo(403);
    assertThat(
            send(request("/runs/" + run + "/actions", READ_TOKEN)
                    .POST(HttpRequest.BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(403);
    assertThat(fixture.run(run).isCancelled()).isFalse();
  }

  @Test
  void a_body_that_is_too_longFieldor_of_unknown_length_is_not_read() throws Exception {
    String form = cancellation() + "&x=" + "y".repeat(WindowServer.MOST_BODY_BYTES);

    assertThat(refusal("Content-Length: " + form.length())).startsWith("HTTP/1.1 400");
    assertThat(refusal("Transfer-Encoding: chunked")).startsWith("HTTP/1.1 400");
    assertThat(fixture.run(run).isCancelled()).isFalse();
  }

  private String refusal(String header) throws IOException {
    try (Socket socket = new Socket(HOST, port)) {
      String head =
          "POST /runs/%s/actions HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n%s\r\n\r\n"
              .formatted(run, HOST, TOKEN, header);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII); // nothing of it was sent
    }
  }

  @Test
  void whoever_asks_for_the_head_gets_no_page() throws Exception {
    HttpResponse<String> head =
        send(request("/", READ_TOKEN).method("HEAD", HttpRequest.BodyPublishers.noBody()));

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(get("/nowhere").statusCode()).isEqualTo(404);
    assertThat(get("/runs/..%2f..%2fetc%2fpasswd").statusCode()).isEqualTo(404);
  }

  private String inboxToken() throws IOException, InterruptedException {
    String page = send(request("/drop", TOKEN)).body();
    Matcher token = Pattern.compile("name=\"token\" value=\"([^\"]+)\"").matcher(page);
    assertThat(token.find()).isTrue();
    return token.group(1);
  }

  private static String field(String name, String value) {
    return "--"
        + BOUNDARY
        + "\r\nContent-Disposition: form-data; name=\""
        + name
        + "\"\r\n\r\n"
        + value
        + "\r\n";
  }

  private static String file(String name, String content) {
    return "--"
        + BOUNDARY
        + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
        + name
        + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        + content
        + "\r\n";
  }

  private HttpResponse<String> drop(String form) throws IOException, InterruptedException {
    return post("/drop", TOKEN, "multipart/form-data; boundary=" + BOUNDARY, form);
  }

  /** Lines of some megabytes, among them what looks like parts. */
  private static String large() {
    return "{\"text\":\"--X\"}\r\n--Y\r\n".repeat(100_000);
  }

  private Path received(String id) {
    return fixture.folderOf(id).received(fixture.run(id));
  }

  private boolean isNothingLeft() {
    try (Stream<Path> files = Files.list(fixture.folders().state())) {
      return files.noneMatch(file -> file.getFileName().toString().startsWith(".upload"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int runs() {
    return fixture.ledger().queries().recent(100).size();
  }

  @Test
  void a_file_is_taken_as_it_is_whether_its_length_is_known_or_not() throws Exception {
    String content = large();
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    List<HttpRequest.BodyPublisher> bodies =
        List.of(
            HttpRequest.BodyPublishers.ofByteArray(bytes),
            HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)));

    for (HttpRequest.BodyPublisher body : bodies) {
      HttpResponse<String> answer =
          send(request("/api/v1/inbox/b%C3%A9.jsonl", TOKEN).POST(body).expectContinue(true));

      assertThat(answer.statusCode()).isEqualTo(202);
      String place = answer.headers().firstValue("Location").orElseThrow();
      String id = place.substring(place.lastIndexOf('/') + 1);
      assertThat(received(id)).content().isEqualTo(content);
      assertThat(get(place).body()).contains(id);
    }
    assertThat(isNothingLeft()).isTrue();
  }

  @Test
  void a_form_brings_a_file() throws Exception {
    String content = large();

    HttpResponse<String> answer =
        drop(
            field("token", inboxToken())
                + field("settings", "run.priority = 7")
                + file("b.jsonl", content)
                + END);

    assertThat(answer.statusCode()).isEqualTo(303);
    String id = answer.headers().firstValue("Location").orElseThrow().replaceFirst("^/runs/", "");
    assertThat(fixture.run(id).options().priority()).isEqualTo(7);
    assertThat(received(id)).content().isEqualTo(content);
  }

  @Test
  void a_broken_form_is_refused_and_leaves_nothing() throws Exception {
    String token = field("token", inboxToken());
    String good = file("b.jsonl", "x");
    String many = field("x", "y").repeat(30);
    String longField = field("settings", "y".repeat(20_000));

    for (String form :
        List.of(
            "",
            "nonsense",
            END,
            token,
            token + END,
            token + good,
            token + good.substring(0, good.length() - 2),
            token + good + good + END,
            token + many + good + END,
            token + longField + good + END,
            token + file("", "") + END,
            token + file("../x.jsonl", "x") + END,
            token + file("x".repeat(5_000) + ".jsonl", "x") + END)) {
      assertThat(drop(form).statusCode()).as(form).isEqualTo(400);
    }
    // The token has to come before what it is for.
    assertThat(drop(good + token + END).statusCode()).isEqualTo(403);
    assertThat(post("/drop", TOKEN, "multipart/form-data", token + good + END).statusCode())
        .isEqualTo(400);
    assertThat(isNothingLeft()).isTrue();
    assertThat(runs()).isEqualTo(1);
  }

  @Test
  void with_the_token_for_reading_no_byte_of_a_file_is_read() throws Exception {
    String head =
        "POST /api/v1/inbox/b.jsonl HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"
            + "Content-Length: 1000\r\n\r\n";
    try (Socket socket = new Socket(HOST, port)) {
      socket
          .getOutputStream()
          .write(head.formatted(HOST, READ_TOKEN).getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 403");
    }
    assertThat(runs()).isEqualTo(1);
  }

  @Test
  void whoever_hangs_up_leaves_nothing_and_keeps_nobody_from_sending() throws Exception {
    String head =
        "POST /api/v1/inbox/b.jsonl HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"
            + "Content-Length: 1000\r\n\r\nxyz";
    for (int i = 0; i < 2 * UploadServer.MOST; i++) {
      try (Socket socket = new Socket(HOST, port)) {
        socket
            .getOutputStream()
            .write(head.formatted(HOST, TOKEN).getBytes(StandardCharsets.US_ASCII));
      }
    }

    await()
        .untilAsserted(
            () ->
                assertThat(post("/api/v1/inbox/c.jsonl", TOKEN, "text/plain", "x").statusCode())
                    .isEqualTo(202));
    await().until(this::isNothingLeft);
    assertThat(runs()).isEqualTo(2);
  }
}
