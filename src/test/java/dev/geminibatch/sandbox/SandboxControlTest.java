package dev.geminibatch.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tester can tell the sandbox while it runs. */
class SandboxControlTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private Sandbox sandbox;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void rules_are_added_and_counted_and_taken_back_while_it_runs() throws Exception {
    post("/sandbox/faults", "batch-list status=503 times=2 message=Busy, sorry.\nfile-list cut");

    HttpResponse<String> failed = get("/v1beta/batches");
    assertThat(failed.statusCode()).isEqualTo(503);
    assertThat(failed.body()).contains("Busy, sorry.");
    assertThat(state().at("/faults/0/happened").asInt()).isEqualTo(1);
    assertThatThrownBy(() -> get("/v1beta/files")).isInstanceOf(IOException.class);

    send("DELETE", "/sandbox/faults", "");
    assertThat(get("/v1beta/batches").statusCode()).isEqualTo(200);
    assertThat(get("/v1beta/files").statusCode()).isEqualTo(200);
  }

  @Test
  void a_wrong_rule_is_refused_with_what_can_be_written_and_none_of_its_fellows_added()
      throws Exception {
    HttpResponse<String> answer = post("/sandbox/faults", "batch-list cut\nbatch-lost cut");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"batch-lost\"", "batch-list");
    assertThat(state().has("faults")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batch-create | it needs a place and a misbehaviour",
        "batch-lost cut | \"batch-lost\" is not a place; write one of upload-start",
        "answer-line error=99 | Write it like this: error=13",
        "batch-create explode | is not a misbehaviour; write one of status=503",
        "download shuffle | cannot happen at \"download\"; write one of answers",
        "all status | Write it like this: status=503",
        "all cut=1 | Write it like this: cut",
        "all cut chance=2 | write a number from 0 to 1",
        "all cut often=2 | is not part of a rule; write times=",
        "all delay=long | write a time with its unit",
        "all cut http=200 | http= goes with status=",
        "all account=SERVICE_DISABLED for=14 | write a time with its unit",
        "all status=503 http=99 | write a number from 200",
        "batch-get poison=x | cannot happen at \"batch-get\"; write one of job",
        "upload-chunk refuse-type=a/b | write one of upload-finish",
      })
  void a_rule_that_is_none_says_why(String rule, String why) {
    assertThatThrownBy(() -> sandbox.faults().add(rule)).hasMessageContaining(why);
  }

  @Test
  void the_same_seed_gives_the_same_faults() {
    String pattern = pattern("batch-get cut chance=0.5 seed=3");

    assertThat(pattern).contains("x", ".").isEqualTo(pattern("batch-get cut chance=0.5 seed=3"));
    assertThat(pattern).isNotEqualTo(pattern("batch-get cut chance=0.5 seed=4"));
    assertThat(pattern("batch-get cut every=3 times=2")).isEqualTo("..x..x......");
  }

  private static String pattern(String text) {
    FaultRule rule = FaultRule.parse(text, Clock.systemUTC());
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      pattern.append(
          rule.take(Endpoint.BATCH_GET, "some-key", fault -> true).isPresent() ? 'x' : '.');
    }
    return pattern.toString();
  }

  @Test
  void the_clock_goes_forward_and_files_die_of_it() throws Exception {
    Instant before = Instant.parse(state().path("time").asText());

    post("/sandbox/clock", "48h");

    assertThat(Instant.parse(state().path("time").asText()))
        .isAfterOrEqualTo(before.plus(Duration.ofHours(48)));
    assertThat(post("/sandbox/clock", "tomorrow").statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /sandbox/clock", "DELETE /sandbox/faults", "PUT /sandbox/quota"})
  void what_changes_something_needs_a_header_that_no_form_can_send(String asked)
      throws IOException {
    sandbox.faults().add("file-list cut");
    String answer = raw(asked, "Host: " + here(), "Content-Type: text/plain", "X-Sandbox:");

    assertThat(answer)
        .startsWith("HTTP/1.1 403")
        .contains("-H 'X-Sandbox: 1' http://" + here() + asked.replaceFirst("^\\w+ ", ""));
    assertThat(sandbox.faults().rules()).hasSize(1);
    assertThat(raw(asked.replace("PUT", "DELETE"), "Host: " + here(), "x-sandbox: yes"))
        .doesNotStartWith("HTTP/1.1 403");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://localhost:1",
        "Origin: http://127.0.0.1.evil.example",
        "Origin:",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
      })
  void a_page_of_another_site_is_refused_whatever_it_sends(String header) throws IOException {
    for (String asked : List.of("GET /sandbox", "POST /sandbox/clock")) {
      assertThat(raw(asked, "Host: " + here(), "X-Sandbox: 1", header))
          .startsWith("HTTP/1.1 403")
          .contains("other sites");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: evil.example",
        "Host: 127.0.0.1.evil.example",
        "Host: localhost.evil.example:80",
        "Host: localhost@evil.example",
        "Host: [::2]",
        "Host: 10.0.0.1",
        "Host:",
        "X-Forwarded-Host: localhost",
      })
  void a_host_that_means_another_machine_is_refused(String header) throws IOException {
    for (String asked : List.of("GET /sandbox", "POST /sandbox/clock")) {
      assertThat(raw(asked, header, "X-Sandbox: 1"))
          .startsWith("HTTP/1.1 403")
          .contains("127.0.0.1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost:8090", "LOCALHOST", "[::1]:1"})
  void this_machine_has_many_names(String host) throws IOException {
    assertThat(raw("GET /sandbox", "Host: " + host)).startsWith("HTTP/1.1 200");
    assertThat(raw("GET /sandbox", "Host: " + host, "Origin: http://" + host))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void rules_without_end_are_not_read() throws IOException {
    String endless = "x".repeat((1 << 20) + 1);

    assertThat(raw("POST /sandbox/faults", endless, List.of("Host: " + here(), "X-Sandbox: 1")))
        .startsWith("HTTP/1.1 413");
  }

  private String here() {
    return sandbox.baseUrl().getAuthority();
  }

  /** As a browser, or whoever else writes its own headers. */
  private String raw(String asked, String... headers) throws IOException {
    return raw(asked, "1h", List.of(headers));
  }

  private String raw(String asked, String body, List<String> headers) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", sandbox.baseUrl().getPort())) {
      String head =
          asked
              + " HTTP/1.1\r\n"
              + String.join("\r\n", headers)
              + "\r\nConnection: close\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n";
      socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void an_unknown_address_says_what_there_is() throws Exception {
    HttpResponse<String> answer = post("/sandbox/fault", "x");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("POST and DELETE /sandbox/faults");
  }

  @Test
  void every_misbehaviour_and_every_place_is_documented() throws IOException {
    String document = Files.readString(Path.of("src/docs/sandbox.md"));

    for (Misbehaviour each : Misbehaviour.values()) {
      assertThat(document).contains("`" + each.form() + "`");
    }
    for (Endpoint endpoint : Endpoint.values()) {
      assertThat(document).contains("`" + endpoint.word() + "`");
    }
  }

  private JsonNode state() throws Exception {
    return new ObjectMapper().readTree(get("/sandbox").body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send("GET", path, "");
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send("POST", path, body);
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(sandbox.baseUrl() + path))
            .header("x-goog-api-key", "some-key")
            .header("X-Sandbox", "1")
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
