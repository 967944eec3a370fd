package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The window as a browser sees it. */
@Tag("camel")
class WindowServerTest {
  private static final String HOST = ServedWindow.HOST;
  private static final String TOKEN = ServedWindow.TOKEN;
  private static final String READ_TOKEN = ServedWindow.READ_TOKEN;
  private static final long LARGE = 64 << 20;
  private static final String FORM = "application/x-www-form-urlencoded";

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private ServedWindow window;
  private StageFixture fixture;
  private String run;

  @BeforeEach
  void start() throws IOException {
    window = new ServedWindow(folder);
    fixture = window.fixture();
    run = fixture.dropped("a.jsonl");
  }

  @AfterEach
  void stop() throws IOException {
    window.close();
  }

  private String cancellation() throws IOException, InterruptedException {
    return "action=cancel&token=" + window.formToken("/runs/" + run + "/do/cancel");
  }

  @Test
  void pages_come_with_a_policy_that_lets_nothing_else_in() throws Exception {
    HttpResponse<String> page = window.get("/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("a.jsonl", "<html lang=\"en\">");
    assertThat(page.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(
            policy -> assertThat(policy).contains("default-src 'none'", "frame-ancestors 'none'"));
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(window.get("/style.css").headers().firstValue("Content-Type"))
        .hasValue("text/css; charset=utf-8");
  }

  @Test
  void nobody_sees_a_page_without_a_token() throws Exception {
    HttpResponse<String> page = window.send(window.request("/", "wrong"));

    assertThat(page.statusCode()).isEqualTo(401);
    assertThat(page.body()).isEmpty();
  }

  @Test
  void a_form_of_a_page_does_what_it_says() throws Exception {
    HttpResponse<String> done =
        window.post("/runs/" + run + "/actions", TOKEN, FORM, cancellation());

    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body()).contains("is cancelled");
    assertThat(fixture.run(run).isCancelled()).isTrue();
  }

  @Test
  void a_client_sends_json() throws Exception {
    HttpResponse<String> done =
        window.post(
            "/api/v1/runs/" + run + "/actions",
            TOKEN,
            "application/json",
            "{\"action\":\"priority\",\"value\":7}");

    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body()).contains("\"priority\":7");
    assertThat(
            window
                .post("/api/v1/runs/" + run + "/actions", TOKEN, "application/json", "{\"action")
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void the_token_for_reading_changes_nothing() throws Exception {
    String form = cancellation();

    // What it sends is not even read.
    assertThat(window.post("/runs/" + run + "/actions", READ_TOKEN, FORM, form).statusCode())
        .isEqualTo(403);
    assertThat(
            window
                .send(
                    window
                        .request("/runs/" + run + "/actions", READ_TOKEN)
                        .POST(HttpRequest.BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(403);
    assertThat(fixture.run(run).isCancelled()).isFalse();
  }

  @Test
  void a_body_that_is_too_long_or_of_unknown_length_is_not_read() throws Exception {
    String form = cancellation() + "&x=" + "y".repeat(WindowServer.MOST_BODY_BYTES);

    assertThat(refusal("Content-Length: " + form.length())).startsWith("HTTP/1.1 400");
    assertThat(refusal("Transfer-Encoding: chunked")).startsWith("HTTP/1.1 400");
    assertThat(fixture.run(run).isCancelled()).isFalse();
  }

  private String refusal(String header) throws IOException {
    try (Socket socket = new Socket(HOST, window.port())) {
      String head =
          "POST /runs/%s/actions HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n%s\r\n\r\n"
              .formatted(run, HOST, TOKEN, header);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII); // nothing of it was sent
    }
  }

  @Test
  void whatever_is_refused_is_said_in_a_sentence_and_shown_nowhere_else() throws Exception {
    for (HttpResponse<String> refused :
        List.of(
            window.get("/nowhere"),
            window.get("/api/v1/nowhere"),
            window.post("/runs/" + run + "/actions", READ_TOKEN, FORM, "action=cancel"),
            window.post(
                "/api/v1/runs/" + run + "/actions", TOKEN, "application/json", "\0\0\0{\0\u0011"),
            window.post("/api/v1/inbox/..", TOKEN, FORM, "x"))) {
      assertThat(refused.statusCode()).as(refused.uri().toString()).isBetween(400, 404);
      assertThat(refused.body()).isNotBlank();
      assertThat(refused.headers().firstValue("Content-Security-Policy")).isPresent();
      assertThat(refused.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }
  }

  @Test
  void an_address_that_is_not_encoded_well_is_refused() throws IOException {
    for (String line : List.of("GET /?text=%", "POST /api/v1/inbox/x.jsonl?profile=%zz")) {
      try (Socket socket = new Socket(HOST, window.port())) {
        String head =
            "%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
                .formatted(line, HOST, TOKEN);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        String answer =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(answer).startsWith("HTTP/1.1 400").contains("not encoded");
      }
    }
  }

  @Test
  void whoever_asks_for_the_head_gets_no_page() throws Exception {
    HttpResponse<String> head =
        window.send(
            window.request("/", READ_TOKEN).method("HEAD", HttpRequest.BodyPublishers.noBody()));

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(window.get("/nowhere").statusCode()).isEqualTo(404);
    assertThat(window.get("/runs/..%2f..%2fetc%2fpasswd").statusCode()).isEqualTo(404);
  }

  /** A run with a results file of that size. */
  private String delivered(long size) throws IOException {
    String delivered = fixture.delivered("b.jsonl");
    Path results = folder.resolve("b-batch-results.jsonl");
    fixture.runs().promiseOutput(delivered, results);
    try (RandomAccessFile file = new RandomAccessFile(results.toFile(), "rw")) {
      file.setLength(size);
    }
    return "/runs/" + delivered + "/files/results";
  }

  @Test
  void a_large_file_is_sent_as_it_is() throws Exception {
    String address = delivered(LARGE);

    HttpResponse<InputStream> response =
        client.send(
            window.request(address, READ_TOKEN).build(), HttpResponse.BodyHandlers.ofInputStream());

    assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(LARGE);
    assertThat(response.headers().firstValue("Content-Disposition"))
        .hasValueSatisfying(header -> assertThat(header).startsWith("attachment; "));
    assertThat(response.headers().firstValue("Content-Security-Policy")).isPresent();
    try (InputStream body = response.body()) {
      assertThat(body.transferTo(OutputStream.nullOutputStream())).isEqualTo(LARGE);
    }
    HttpResponse<String> head =
        window.send(
            window
                .request(address, READ_TOKEN)
                .method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(LARGE);
  }

  @Test
  void an_empty_file_is_sent_too() throws Exception {
    HttpResponse<String> response = window.get(delivered(0));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void clients_that_take_nothing_keep_nobody_else_waiting() throws Exception {
    String address = delivered(LARGE);
    List<Socket> stalled = new ArrayList<>();
    try {
      for (int i = 0; i < 12; i++) { // more than there are threads
        Socket socket = new Socket(HOST, window.port());
        stalled.add(socket);
        String head =
            "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n"
                .formatted(address, HOST, READ_TOKEN);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      }

      assertThat(window.get("/").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }
}
