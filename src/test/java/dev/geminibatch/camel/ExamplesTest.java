package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.validation;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.geminibatch.extension.Hmac;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.testkit.MailServer;
import dev.geminibatch.testkit.WorkshopTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each example as its own comment says: copied into the routes folder, with the settings it names.
 */
class ExamplesTest extends WorkshopTest {
  private static final Path ROUTES = Path.of("routes");
  private static final Pattern SETTING = Pattern.compile("(?m)^# {5}([\\w.-]+ = .*)$");
  private static final String ALL_HOURS =
      "00,01,02,03,04,05,06,07,08,09,10,11,12,13,14,15,16,17,18,19,20,21,22,23";
  private static final Pattern METHODS = Pattern.compile("void (\\w+)\\(\\)");

  /**
   * Starts with one example.
   *
   * @param own in place of what the comment says
   */
  private void openWith(String example, String... own) throws IOException {
    Path routes = Files.createDirectories(folder.resolve("routes"));
    try (Stream<Path> files = Files.list(ROUTES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, routes.resolve(file.getFileName()));
      }
    }
    Path copy = routes.resolve(example + ".camel.yaml");
    Files.copy(ROUTES.resolve("examples").resolve(copy.getFileName()), copy);
    List<String> settings = new ArrayList<>();
    Matcher setting = SETTING.matcher(Files.readString(copy));
    while (setting.find()) {
      settings.add(setting.group(1).replace(" = ", "="));
    }
    assertThat(settings).isNotEmpty();
    settings.add("routes.directory=" + routes);
    settings.addAll(Arrays.asList(own));
    open(settings.toArray(String[]::new));
  }

  private void deliver(String name, String... lines) throws IOException {
    workshop.drop(name, lines);
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);
  }

  private String text(JsonNode result) {
    return result.at("/response/candidates/0/content/parts/0/text").asText();
  }

  @Test
  void notify_webhook() throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    List<String> signatures = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          told.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          signatures.add(exchange.getRequestHeaders().getFirst("X-Signature"));
          exchange.sendResponseHeaders(told.size() == 1 ? 503 : 204, -1);
          exchange.close();
        });
    server.start();
    try {
      openWith(
          "notify-webhook",
          "webhook.url=http://localhost:" + server.getAddress().getPort() + "/hook",
          "webhook.secret=secret");
      deliver("x.jsonl", validation("1"));

      assertThat(told).hasSize(2);
      JsonNode body = new ObjectMapper().readTree(told.get(1));
      assertThat(body.path("name").asText()).isEqualTo("x.jsonl");
      assertThat(body.path("answered").asInt()).isEqualTo(1);
      assertThat(body.path("results").asText()).endsWith("x-batch-results.jsonl");
      assertThat(signatures.get(1))
          .isEqualTo("sha256=" + new Hmac().sha256(told.get(1).getBytes(UTF_8), "secret"));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void copy_results() throws Exception {
    openWith("copy-results", "copy.directory=" + folder.resolve("copies"));
    deliver("x.jsonl", validation("1"));

    assertThat(folder.resolve("copies/default/x-batch-results.jsonl"))
        .hasSameTextualContentAs(folder.resolve("outbox/x-batch-results.jsonl"));
  }

  @Test
  void one_file_per_answer() throws Exception {
    openWith("one-file-per-answer");
    deliver("x.jsonl", nativeLine("a", "1"), nativeLine("../b", "2"), nativeLine("a", "3"));

    List<JsonNode> results = workshop.outbox().results("x");
    assertThat(folder.resolve("outbox/x/a.txt")).hasContent(text(results.get(0)));
    assertThat(folder.resolve("outbox/x/__b.txt")).hasContent(text(results.get(1)));
    assertThat(folder.resolve("outbox/x/a~3.txt")).hasContent(text(results.get(2)));
  }

  @Test
  void change_prompts() throws Exception {
    openWith("change-prompts");
    deliver("x.jsonl", nativeLine("a", "Hello"), "no JSON", nativeLine("b", "there, 'you'"));

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("a", "b");
    assertThat(workshop.outbox().errors("x").get(0).path("code").asText()).isEqualTo("not-json");
    String sent = folder.resolve("state/runs") + "/" + workshop.runs().get(0).id();
    assertThat(Files.readString(Path.of(sent, "changed.jsonl")))
        .contains("[{\"text\":\"You are a careful archivist.\"},{\"text\":\"Hello\"}]");
  }

  @Test
  void answers_to_csv() throws Exception {
    openWith("answers-to-csv");
    deliver("x.jsonl", nativeLine("a, b", "1"), nativeLine("c", "2"));

    List<JsonNode> results = workshop.outbox().results("x");
    assertThat(Files.readString(folder.resolve("outbox/x-answers.csv")))
        .startsWith("key,text\r\n\"a, b\",")
        .contains("\r\nc,")
        .contains(text(results.get(0)).replace("\"", "\"\""));
  }

  @Test
  void mail_on_failure() throws Exception {
    try (MailServer mail = MailServer.start()) {
      openWith("mail-on-failure", "mail.server=smtp://localhost:" + mail.port());
      workshop.drop("x.jsonl", "no JSON");
      workshop.awaitRuns(1);

      await().until(() -> !mail.received().isEmpty());
      assertThat(mail.received().get(0))
          .contains("Subject: x.jsonl could not be used", "To: me@example.com", "not JSON")
          .contains("The file is " + folder.resolve("failed/x.jsonl"));
    }
  }

  @Test
  void submit_at_night() throws Exception {
    openWith("submit-at-night", "night.hours=none", "night.looks=0 0 0 1 1 ? 2099");
    workshop.drop("x.jsonl", validation("1"));
    await()
        .until(() -> !workshop.runs().isEmpty() && reason().equals("It is held until the night"));
    workshop.stop();
    workshop.start();
    Run held = workshop.runs().get(0);
    assertThat(held.state()).isEqualTo(RunState.ASSEMBLED);

    workshop.stop();
    workshop.set("night.looks", "* * * * * ?");
    workshop.set("night.hours", ALL_HOURS);
    workshop.start();
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(workshop.outbox().results("x")).hasSize(1);
    assertThat(workshop.sandbox().counters().requests(Endpoint.BATCH_CREATE)).isEqualTo(1);
  }

  private String reason() {
    return workshop.runs().get(0).reason().orElse("");
  }

  @Test
  void submit_at_night_lets_through_what_comes_in_the_night() throws Exception {
    openWith("submit-at-night", "night.hours=" + ALL_HOURS);
    deliver("x.jsonl", validation("1"));

    assertThat(workshop.outbox().results("x")).hasSize(1);
  }

  @Test
  void follow_up_batch() throws Exception {
    openWith("follow-up-batch", "followup.directory=" + folder.resolve("followup"));
    workshop.drop("x.jsonl", nativeLine("a", "1"), nativeLine("b", "2"));
    workshop.awaitJobs(1);
    workshop.awaitRuns(2);

    assertThat(keys(workshop.outbox().results("x-check"))).containsExactly("a", "b");
    assertThat(folder.resolve("followup")).isEmptyDirectory();
  }

  @Test
  void every_example_has_a_test() throws IOException {
    Path sources = Path.of("src/test/java/dev/geminibatch");
    String tests =
        Files.readString(sources.resolve("camel/ExamplesTest.java"))
            + Files.readString(sources.resolve("cli/ObjectStorageTest.java"));
    List<String> names = METHODS.matcher(tests).results().map(match -> match.group(1)).toList();
    try (Stream<Path> examples = Files.list(ROUTES.resolve("examples"))) {
      assertThat(names)
          .containsAll(
              examples
                  .map(file -> file.getFileName().toString())
                  .map(name -> name.replace(".camel.yaml", "").replace('-', '_'))
                  .toList());
    }
  }
}
