package dev.geminibatch.window;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.management.AccessGuard.Right;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {
  private static final Pattern FORM_TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");
  private static final String HOSTILE = "<script>alert(1).jsonl";

  @TempDir private Path folder;
  private StageFixture fixture;
  private Window window;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    window = WindowFixture.window(fixture, false);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private static WebRequest request(
      String method, String path, Map<String, String> form, Right right, String... headers) {
    String[] address = path.split("\\?", 2);
    Map<String, String> query = new HashMap<>();
    if (address.length > 1) {
      for (String pair : address[1].split("&")) {
        query.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
      }
    }
    Map<String, String> all = new HashMap<>(Map.of("host", "127.0.0.1:9876"));
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return new WebRequest(method, address[0], query, form, all, right, "127.0.0.1");
  }

  private WebAnswer get(String path) {
    return window.answer(request("GET", path, Map.of(), Right.ACT));
  }

  private WebAnswer post(String path, Map<String, String> form, String... headers) {
    return window.answer(request("POST", path, form, Right.ACT, headers));
  }

  private static String content(WebAnswer answer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    answer.body().writeTo(out);
    return out.toString(UTF_8);
  }

  private JsonNode json(String path) throws IOException {
    return new ObjectMapper().readTree(content(get(path)));
  }

  private String formToken(String path) throws IOException {
    Matcher token = FORM_TOKEN.matcher(content(get(path)));
    assertThat(token.find()).isTrue();
    return token.group(1);
  }

  @Test
  void the_first_page_lists_runs_and_says_how_it_is() throws IOException {
    assertThat(content(get("/"))).contains("All is well: nothing is under way.");

    String run = fixture.dropped("letters.jsonl");

    assertThat(content(get("/")))
        .contains("All is well: 1 run on the way.", "/runs/" + run, "letters.jsonl");
    assertThat(content(get("/?group=failed"))).doesNotContain("letters.jsonl");
    assertThat(content(get("/?text=LETT"))).contains("letters.jsonl");
  }

  @Test
  void a_long_list_has_pages() throws IOException {
    for (int i = 0; i < 5; i++) {
      fixture.dropped(i + ".jsonl");
    }

    JsonNode first = json("/api/v1/runs?most=3");
    JsonNode second = json("/api/v1/runs?most=3&from=" + first.get("next").asText());

    assertThat(first.get("runs")).hasSize(3);
    assertThat(second.get("runs")).hasSize(2);
    assertThat(second.get("next").isNull()).isTrue();
    assertThat(content(get("/?from=nowhere"))).contains("must be what an earlier page gave");
  }

  @Test
  void what_a_file_is_called_stays_text() throws IOException {
    String run = fixture.dropped(HOSTILE);

    for (String path : new String[] {"/", "/runs/" + run, "/runs/" + run + "/do/cancel"}) {
      assertThat(content(get(path))).contains("&lt;script&gt;").doesNotContain("<script>");
    }
  }

  @Test
  void a_run_is_paused_resumed_and_cancelled_after_a_question() throws IOException {
    String run = fixture.dropped("a.jsonl");
    String actions = "/runs/" + run + "/actions";

    assertThat(content(get("/runs/" + run))).contains("/do/pause", "/do/cancel");
    String token = formToken("/runs/" + run + "/do/pause");
    assertThat(content(post(actions, Map.of("action", "pause", "token", token))))
        .contains("a.jsonl (run " + run + ") is paused");
    assertThat(fixture.run(run).isPaused()).isTrue();
    assertThat(content(get("/runs/" + run))).contains("/do/resume");
    post(actions, Map.of("action", "resume", "token", token));
    assertThat(fixture.run(run).isPaused()).isFalse();
    post(actions, Map.of("action", "priority", "value", "9", "token", token));
    assertThat(fixture.run(run).options().priority()).isEqualTo(9);
    post(actions, Map.of("action", "cancel", "token", token));
    assertThat(fixture.run(run).isCancelled()).isTrue();
  }

  @Test
  void the_api_does_the_same() throws IOException {
    String run = fixture.dropped("a.jsonl");

    WebAnswer answer =
        post(
            "/api/v1/runs/" + run + "/actions",
            Map.of("action", "pause"),
            "content-type",
            "application/json");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(content(answer)).contains("\"paused\":true", "is paused");
    assertThat(json("/api/v1/runs/" + run).get("paused").asBoolean()).isTrue();
  }

  @Test
  void a_form_without_a_good_token_changes_nothing() throws IOException {
    String run = fixture.dropped("a.jsonl");
    String good = formToken("/runs/" + run + "/do/cancel");

    for (String path : new String[] {"/runs/", "/api/v1/runs/"}) {
      assertThat(post(path + run + "/actions", Map.of("action", "cancel")).status()).isEqualTo(403);
    }
    Map<String, String> form = Map.of("action", "cancel", "token", good);
    assertThat(post("/runs/" + run + "/actions", form, "sec-fetch-site", "cross-site").status())
        .isEqualTo(403);
    assertThat(post("/runs/" + run + "/actions", form, "host", "evil.example").status())
        .isEqualTo(403);
    fixture.clock().forward(FormTokens.GOOD_FOR);
    assertThat(post("/runs/" + run + "/actions", form).status()).isEqualTo(403);
    assertThat(fixture.run(run).isCancelled()).isFalse();
  }

  @Test
  void who_may_only_read_gets_no_buttons_and_changes_nothing() throws IOException {
    String run = fixture.dropped("a.jsonl");
    String token = formToken("/runs/" + run + "/do/cancel");
    Map<String, String> form = Map.of("action", "cancel", "token", token);

    WebAnswer page = window.answer(request("GET", "/runs/" + run, Map.of(), Right.READ));
    WebAnswer answer =
        window.answer(request("POST", "/runs/" + run + "/actions", form, Right.READ));

    assertThat(content(page)).contains("a.jsonl").doesNotContain("/do/");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(fixture.run(run).isCancelled()).isFalse();
  }

  @Test
  void another_name_of_this_machine_sees_nothing_without_a_token() throws IOException {
    fixture.dropped("a.jsonl");

    WebAnswer answer =
        window.answer(request("GET", "/", Map.of(), Right.ACT, "host", "evil.example"));

    assertThat(answer.status()).isEqualTo(403);
    assertThat(content(answer)).doesNotContain("a.jsonl");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/runs/",
        "/runs/none",
        "/runs/../../etc/passwd",
        "/runs/none/do/cancel",
        "/runs/none/x",
        "/api/v1/",
        "/api/v1/runs/none",
        "/api/v1/nothing"
      })
  void what_is_not_there_is_not_found(String path) {
    assertThat(get(path).status()).isEqualTo(404);
  }

  @Test
  void what_cannot_be_done_now_is_refused_with_the_reason() throws IOException {
    String run = fixture.dropped("a.jsonl");
    Map<String, String> form =
        Map.of("action", "pause", "token", formToken("/runs/" + run + "/do/pause"));
    fixture.ledger().control().cancel(run);

    WebAnswer answer = post("/runs/" + run + "/actions", form);

    assertThat(answer.status()).isEqualTo(409);
    assertThat(content(answer)).contains("is being cancelled; there is nothing to pause");
  }

  @Test
  void what_makes_no_sense_is_refused_in_words() throws IOException {
    String run = fixture.dropped("a.jsonl");
    String token = formToken("/runs/" + run + "/do/priority");
    String actions = "/runs/" + run + "/actions";

    for (Map<String, String> form :
        List.of(
            Map.of("action", "explode", "token", token),
            Map.of("action", "priority", "value", "10", "token", token),
            Map.of("action", "priority", "token", token))) {
      assertThat(post(actions, form).status()).isEqualTo(400);
    }
    assertThat(get("/?group=none").status()).isEqualTo(400);
    assertThat(get("/api/v1/runs?most=0").status()).isEqualTo(400);
    assertThat(window.answer(request("DELETE", "/runs/" + run, Map.of(), Right.ACT)).status())
        .isEqualTo(405);
  }
}
