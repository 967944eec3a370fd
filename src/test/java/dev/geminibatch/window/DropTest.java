package dev.geminibatch.window;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.management.AccessGuard.Right;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DropTest {
  private static final String LINE =
      "{\"key\":\"a\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}}\n";
  private static final String INBOX = "/api/v1/inbox/";

  @TempDir private Path folder;
  private StageFixture fixture;
  private Window window;

  @BeforeEach
  void open() throws IOException {
    open("input.max-bytes=1000");
  }

  private void open(String... settings) throws IOException {
    fixture = StageFixture.open(folder, settings);
    window = WindowFixture.window(fixture, false);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private static WebRequest request(
      String path, Map<String, String> form, Right right, String... headers) {
    String[] address = path.split("\\?", 2);
    Map<String, String> query = new HashMap<>();
    if (address.length > 1) {
      query.put(address[1].split("=", 2)[0], address[1].split("=", 2)[1]);
    }
    Map<String, String> all = new HashMap<>(Map.of("host", "127.0.0.1:9876"));
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return new WebRequest("POST", address[0], query, form, all, right, "127.0.0.1");
  }

  private WebAnswer sent(WebRequest request, String fileName, String content) {
    Upload upload = window.begin(request, fileName);
    upload.write(ByteBuffer.wrap(content.getBytes(UTF_8)));
    return upload.end();
  }

  private WebAnswer sent(String path, String content, String... headers) {
    return sent(request(path, Map.of(), Right.ACT, headers), "", content);
  }

  private static String content(WebAnswer answer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    answer.body().writeTo(out);
    return out.toString(UTF_8);
  }

  private static JsonNode json(WebAnswer answer) throws IOException {
    return new ObjectMapper().readTree(content(answer));
  }

  private String formToken() throws IOException {
    WebAnswer page =
        window.answer(
            new WebRequest(
                "GET",
                "/drop",
                Map.of(),
                Map.of(),
                Map.of("host", "localhost"),
                Right.ACT,
                "127.0.0.1"));
    return content(page).replaceFirst("(?s).*name=\"token\" value=\"([^\"]+)\".*", "$1");
  }

  /** What lies where a file could have been left. */
  private List<String> leftovers() throws IOException {
    List<String> names = new ArrayList<>();
    for (Path each : List.of(fixture.folders().inbox(), fixture.folders().state())) {
      try (Stream<Path> files = Files.list(each)) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.startsWith(".") || name.contains(".json"))
            .forEach(names::add);
      }
    }
    return names;
  }

  private List<Run> runs() {
    return fixture.ledger().queries().recent(100);
  }

  @Test
  void a_file_is_a_run_before_it_is_answered() throws IOException {
    WebAnswer answer = sent(INBOX + "a%20b.jsonl", LINE);

    assertThat(answer.status()).isEqualTo(202);
    Run run = fixture.run(json(answer).get("run").asText());
    assertThat(run.name()).isEqualTo("a b.jsonl");
    assertThat(run.fromInbox()).isTrue();
    assertThat(run.state()).isEqualTo(RunState.RECEIVED);
    assertThat(fixture.folderOf(run.id()).received(run)).content().isEqualTo(LINE);
    assertThat(leftovers()).isEmpty();
    assertThat(fixture.ledger().audit().page(Long.MAX_VALUE, 10))
        .singleElement()
        .satisfies(entry -> assertThat(entry.what()).startsWith("a b.jsonl is dropped"))
        .satisfies(entry -> assertThat(entry.runId()).contains(run.id()));
  }

  @Test
  void a_form_leads_to_the_run_and_pressing_its_button_twice_sends_once() throws IOException {
    Map<String, String> form =
        Map.of("token", formToken(), "once", "1", "settings", "run.priority = 9");
    WebRequest post = request("/drop", form, Right.ACT, "sec-fetch-site", "same-origin");

    WebAnswer first = sent(post, "a.jsonl", LINE);
    WebAnswer second = sent(post, "a.jsonl", LINE);

    assertThat(first.status()).isEqualTo(303);
    assertThat(second.headers().get("Location")).isEqualTo(first.headers().get("Location"));
    assertThat(runs())
        .singleElement()
        .satisfies(run -> assertThat(run.options().priority()).isEqualTo(9));
  }

  @Test
  void a_key_that_came_to_nothing_may_be_used_again() {
    assertThat(sent(INBOX + "a.jsonl", "", "idempotency-key", "k").status()).isEqualTo(400);
    assertThat(sent(INBOX + "a.jsonl", LINE, "idempotency-key", "k").status()).isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "..",
        "../x.jsonl",
        "..\\x.jsonl",
        "/etc/x.jsonl",
        "a/x.jsonl",
        "C:x.jsonl",
        "C:\\x.jsonl",
        ".x.jsonl",
        "x.jsonl.",
        "x.jsonl ",
        " x.jsonl",
        "x\u0000.jsonl",
        "x\n.jsonl",
        "x\u001B.jsonl",
        "x\u202Elnosj.jsonl",
        "x\u200B.jsonl",
        "x\uFEFF.jsonl",
        "x\uFFFD.jsonl",
        "CON.jsonl",
        "nul.jsonl",
        "com1.jsonl.gz",
        "LPT9 .jsonl",
        "x.txt",
        "x",
        "x.jsonl.part",
        "x.jsonl.properties",
        "x-batch-report.json"
      })
  void a_hostile_name_is_refused_and_nothing_is_written(String name) throws IOException {
    String encoded = URLEncoder.encode(name, UTF_8).replace("+", "%20");

    for (String path : List.of(INBOX, "/api/v1/dry-run/")) {
      WebAnswer answer = window.begin(request(path + encoded, Map.of(), Right.ACT), "").end();

      assertThat(answer.status()).isEqualTo(400);
      assertThat(json(answer).get("error").asText()).endsWith(".").hasSizeLessThan(200);
    }
    WebRequest form = request("/drop", Map.of("token", formToken()), Right.ACT);
    assertThat(window.begin(form, name).end().status()).isEqualTo(400);
    assertThat(leftovers()).isEmpty();
    assertThat(runs()).isEmpty();
  }

  @Test
  void a_name_is_too_long_from_256_bytes_on() {
    String ending = ".jsonl";

    assertThat(sent(INBOX + "x".repeat(255 - ending.length()) + ending, LINE).status())
        .isEqualTo(202);
    assertThat(sent(INBOX + "x".repeat(256 - ending.length()) + ending, LINE).status())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/inbox/a.jsonl?profil=books, There is no parameter",
    "/api/v1/inbox/a.jsonl?profile=none, There is no inbox of a profile",
    "/api/v1/inbox/%, must have its %",
  })
  void what_makes_no_sense_is_refused_in_words(String path, String why) throws IOException {
    WebAnswer answer = window.begin(request(path, Map.of(), Right.ACT), "").end();

    assertThat(answer.status()).isEqualTo(400);
    assertThat(content(answer)).contains(why);
  }

  @Test
  void settings_that_are_wrong_are_refused_before_the_file_is_read() throws IOException {
    Map<String, String> form = Map.of("token", formToken(), "settings", "gemini.modell = x");
    Upload upload = window.begin(request("/drop", form, Right.ACT), "a.jsonl");

    assertThat(upload.answer())
        .hasValueSatisfying(answer -> assertThat(answer.status()).isEqualTo(400));
    assertThat(content(upload.end())).contains("gemini.modell");
  }

  @Test
  void a_file_that_is_too_large_is_refused_as_soon_as_that_is_known() throws IOException {
    String large = "x".repeat(1_001);
    Upload said =
        window.begin(request(INBOX + "a.jsonl", Map.of(), Right.ACT, "content-length", "1001"), "");
    Upload found = window.begin(request(INBOX + "a.jsonl", Map.of(), Right.ACT), "");
    found.write(ByteBuffer.wrap(large.getBytes(UTF_8)));

    for (Upload upload : List.of(said, found)) {
      assertThat(upload.answer().map(WebAnswer::status)).contains(413);
      assertThat(content(upload.end())).contains("input.max-bytes");
    }
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void what_is_stopped_on_its_way_leaves_nothing_and_makes_room_for_others() throws IOException {
    List<Upload> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Upload upload = window.begin(request(INBOX + "a.jsonl", Map.of(), Right.ACT), "");
      upload.write(ByteBuffer.wrap(LINE.getBytes(UTF_8)));
      all.add(upload);
    }

    assertThat(sent(INBOX + "b.jsonl", LINE).status()).isEqualTo(503);
    all.forEach(upload -> upload.abort("The connection is gone."));
    assertThat(leftovers()).isEmpty();
    assertThat(sent(INBOX + "b.jsonl", LINE).status()).isEqualTo(202);
    assertThat(runs()).hasSize(1);
  }

  @Test
  void what_a_killed_process_has_left_is_removed_at_the_next_start() throws IOException {
    window
        .begin(request(INBOX + "a.jsonl", Map.of(), Right.ACT), "")
        .write(ByteBuffer.wrap(LINE.getBytes(UTF_8)));
    assertThat(leftovers()).hasSize(1);

    WindowFixture.sources(fixture).intake().files().removeRemains();

    assertThat(leftovers()).isEmpty();
  }

  @Test
  void a_page_of_somebody_else_sends_nothing() throws IOException {
    String origin = "http://127.0.0.1:9876";
    String[] simple = {"origin", origin, "content-type", "text/plain"};
    String[] ours = {"origin", origin, "content-type", "application/octet-stream"};
    String[] foreign = {"origin", "http://evil", "content-type", "application/octet-stream"};

    assertThat(sent(INBOX + "a.jsonl", LINE, simple).status()).isEqualTo(403);
    assertThat(sent(INBOX + "a.jsonl", LINE, "origin", origin).status()).isEqualTo(403);
    assertThat(sent(INBOX + "a.jsonl", LINE, foreign).status()).isEqualTo(403);
    assertThat(sent(INBOX + "a.jsonl", LINE, "host", "evil.example").status()).isEqualTo(403);
    assertThat(sent(request("/drop", Map.of(), Right.ACT), "a.jsonl", LINE).status())
        .isEqualTo(403);
    assertThat(runs()).isEmpty();
    assertThat(sent(INBOX + "a.jsonl", LINE, ours).status()).isEqualTo(202);
  }

  @Test
  void who_may_only_read_sends_nothing() throws IOException {
    Map<String, String> form = Map.of("token", formToken());

    for (String path : List.of("/drop", "/drop/dry-run", INBOX + "a", "/api/v1/dry-run/a.jsonl")) {
      Upload upload = window.begin(request(path, form, Right.READ), "a.jsonl");
      assertThat(upload.answer().map(WebAnswer::status)).contains(403);
    }
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void a_dry_run_says_what_would_happen_and_leaves_nothing() throws IOException {
    WebAnswer answer = sent("/api/v1/dry-run/a.jsonl", LINE + "{}\n");

    assertThat(answer.status()).isEqualTo(200);
    JsonNode document = json(answer);
    assertThat(document.get("lines").asInt()).isEqualTo(2);
    assertThat(document.get("bad").asInt()).isEqualTo(1);
    assertThat(document.get("problems").get("no-request").asInt()).isEqualTo(1);
    assertThat(document.get("badLines").get(0).get("line").asInt()).isEqualTo(2);
    assertThat(fixture.ledger().queries().dryRuns()).isEmpty();
    assertThat(runs()).isEmpty();
    assertThat(leftovers()).isEmpty();
    assertThat(fixture.ledger().audit().page(Long.MAX_VALUE, 10)).isEmpty();
  }

  @Test
  void a_dry_run_over_the_budget_says_so_on_the_page() throws IOException {
    fixture.close();
    open("prices.file=" + Path.of("config/prices.json").toAbsolutePath());
    Map<String, String> form =
        Map.of("token", formToken(), "settings", "budget.max-cost-per-file = 0.01");

    String page = content(sent(request("/drop/dry-run", form, Right.ACT), "a.jsonl", LINE));

    assertThat(page).contains("Nothing was sent.", "budget.max-cost-per-file allows 0.01");
  }

  @Test
  void a_picture_goes_into_an_inbox_for_pictures() throws IOException {
    fixture.close();
    Path prompt = Files.writeString(folder.resolve("prompt.txt"), "What is it?");
    Files.writeString(
        folder.resolve(StageFixture.PROFILES), "profile.scans.pictures.prompt-file=" + prompt);
    open();
    Path inbox = Files.createDirectories(folder.resolve("inbox/scans"));

    WebAnswer answer = sent(INBOX + "page.png?profile=scans", "picture");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(json(answer).get("run").isNull()).isTrue();
    assertThat(inbox.resolve("page.png")).hasContent("picture");
    assertThat(sent(INBOX + "page.png?profile=scans", "other").status()).isEqualTo(409);
    assertThat(inbox.resolve("page.png")).hasContent("picture");
    assertThat(sent(INBOX + "page.txt?profile=scans", "text").status()).isEqualTo(400);
    assertThat(leftovers()).isEmpty();
    assertThat(sent(INBOX + "page.jsonl?profile=scans", LINE).status()).isEqualTo(202);
  }

  @Test
  void failed_lines_are_sent_again_as_a_new_run() throws IOException {
    String id = fixture.dropped("a.jsonl", LINE);
    fixture.runs().promiseOutput(id, folder.resolve("a-batch-results.jsonl"));
    fixture.runs().inspected(id, id, 3, 0, true);
    fixture.runs().moveTo(id, RunState.COLLECTED);
    fixture.runs().delivered(id, 1);
    Path errors = Files.writeString(folder.resolve("a-batch-errors.jsonl"), LINE);
    Files.writeString(folder.resolve("a-batch-errors.jsonl.properties"), "run.priority = 8");
    WebRequest again =
        request(
            "/api/v1/runs/" + id + "/actions",
            Map.of("action", "send-again"),
            Right.ACT,
            "content-type",
            "application/json",
            "idempotency-key",
            "1");

    JsonNode first = json(window.answer(again));
    JsonNode second = json(window.answer(again));

    assertThat(second.get("newRun")).isEqualTo(first.get("newRun"));
    Run run = fixture.run(first.get("newRun").asText());
    assertThat(run.name()).isEqualTo("a-batch-errors.jsonl");
    assertThat(run.options().priority()).isEqualTo(8);
    assertThat(fixture.folderOf(run.id()).received(run)).content().isEqualTo(LINE);
    assertThat(errors).exists();
    assertThat(RunAction.of(fixture.run(id))).containsExactly(RunAction.SEND_AGAIN);
    assertThat(WindowFixture.sources(fixture).intake().failedLines().forecast(fixture.run(id)))
        .startsWith("2 lines without an answer are sent again as a new run");
  }

  @Test
  void a_run_that_a_route_holds_is_released() throws IOException {
    String id = fixture.dropped("a.jsonl");
    fixture.runs().hold(id, "until the night");

    assertThat(RunAction.of(fixture.run(id))).contains(RunAction.RELEASE, RunAction.PAUSE);
    WebAnswer answer =
        window.answer(
            request(
                "/api/v1/runs/" + id + "/actions",
                Map.of("action", "release"),
                Right.ACT,
                "content-type",
                "application/json"));

    assertThat(content(answer)).contains("is released");
    assertThat(fixture.run(id).isHeld()).isFalse();
    assertThat(fixture.ledger().audit().of(id, 10))
        .singleElement()
        .satisfies(
            entry -> assertThat(entry.who()).isEqualTo("127.0.0.1 without a token, by the API"));
  }

  @Test
  void what_was_done_is_listed_page_by_page() throws IOException {
    for (int i = 0; i < 3; i++) {
      fixture.ledger().audit().write("somebody", "deed " + i, Optional.empty());
    }

    JsonNode first = json(read("/api/v1/audit?most=2"));
    JsonNode second = json(read("/api/v1/audit?from=" + first.get("next").asText()));

    assertThat(first.get("entries")).hasSize(2);
    assertThat(first.get("entries").get(0).get("what").asText()).isEqualTo("deed 2");
    assertThat(second.get("entries")).hasSize(1);
    assertThat(second.get("next").isNull()).isTrue();
    assertThat(content(read("/audit"))).contains("deed 0", "deed 2");
    assertThat(read("/audit?from=x").status()).isEqualTo(400);
  }

  private WebAnswer read(String path) {
    WebRequest post = request(path, Map.of(), Right.READ);
    return window.answer(
        new WebRequest(
            "GET", post.path(), post.query(), Map.of(), post.headers(), Right.READ, "127.0.0.1"));
  }
}
