package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are sent to the window. */
@Tag("camel")
class UploadServerTest {
  private static final String HOST = ServedWindow.HOST;
  private static final String TOKEN = ServedWindow.TOKEN;
  private static final String READ_TOKEN = ServedWindow.READ_TOKEN;
  private static final String BOUNDARY = "----BoundaryOfABrowser0123456789";
  private static final String END = "--" + BOUNDARY + "--\r\n";

  @TempDir private Path folder;
  private ServedWindow window;
  private StageFixture fixture;

  @BeforeEach
  void start() throws IOException {
    window = new ServedWindow(folder);
    fixture = window.fixture();
    fixture.dropped("a.jsonl");
  }

  @AfterEach
  void stop() throws IOException {
    window.close();
  }

  private String inboxToken() throws IOException, InterruptedException {
    return window.formToken("/drop");
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
    return window.post("/drop", TOKEN, "multipart/form-data; boundary=" + BOUNDARY, form);
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
          window.send(
              window.request("/api/v1/inbox/b%C3%A9.jsonl", TOKEN).POST(body).expectContinue(true));

      assertThat(answer.statusCode()).isEqualTo(202);
      String place = answer.headers().firstValue("Location").orElseThrow();
      String id = place.substring(place.lastIndexOf('/') + 1);
      assertThat(received(id)).content().isEqualTo(content);
      assertThat(window.get(place).body()).contains(id);
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
    assertThat(window.post("/drop", TOKEN, "multipart/form-data", token + good + END).statusCode())
        .isEqualTo(400);
    assertThat(isNothingLeft()).isTrue();
    assertThat(runs()).isEqualTo(1);
  }

  @Test
  void a_field_that_would_not_be_heeded_is_refused_by_its_name() throws Exception {
    String settings = field("settings", "run.priority = 9");
    String file = file("b.jsonl", "x");
    Map<String, String> forms =
        Map.of(
            file + settings, "\"settings\\\" comes after the file; the file comes last.",
            field("setings", "x") + file, "\"setings\\\" is unknown",
            file + field("x", "y"), "\"x\\\" is unknown",
            settings + settings + file, "\"settings\\\" is there twice",
            file.replace("\"file\"", "\"settings\"") + file, "\"settings\\\" is a file",
            file + file, "\"file\\\" is a second file");

    for (Map.Entry<String, String> form : forms.entrySet()) {
      HttpResponse<String> answer =
          window.post(
              "/api/v1/inbox/b.jsonl",
              TOKEN,
              "multipart/form-data; boundary=" + BOUNDARY,
              form.getKey() + END);
      assertThat(answer.statusCode()).as(form.getKey()).isEqualTo(400);
      assertThat(answer.body()).contains(form.getValue());
    }
    assertThat(isNothingLeft()).isTrue();
    assertThat(runs()).isEqualTo(1);
  }

  @Test
  void with_the_token_for_reading_no_byte_of_a_file_is_read() throws Exception {
    String head =
        "POST /api/v1/inbox/b.jsonl HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"
            + "Content-Length: 1000\r\n\r\n";
    try (Socket socket = new Socket(HOST, window.port())) {
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
      try (Socket socket = new Socket(HOST, window.port())) {
        socket
            .getOutputStream()
            .write(head.formatted(HOST, TOKEN).getBytes(StandardCharsets.US_ASCII));
      }
    }

    await()
        .untilAsserted(
            () ->
                assertThat(
                        window.post("/api/v1/inbox/c.jsonl", TOKEN, "text/plain", "x").statusCode())
                    .isEqualTo(202));
    await().until(this::isNothingLeft);
    assertThat(runs()).isEqualTo(2);
  }
}
