package dev.geminibatch.cli;

import static dev.geminibatch.io.Sha256.hex;
import static dev.geminibatch.testkit.Outbox.fileHashes;
import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.png;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.MailServer;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The packaged program as a person runs it, against the sandbox over real HTTP. */
@Tag("process")
class RealJarTest {
  /** Longer than any test: a job ends when the test says so. */
  private static final Duration LONG = Duration.ofHours(1);

  @TempDir Path folder;
  private Sandbox sandbox;
  private RealJar jar;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, LONG, Clock.systemUTC());
    jar = new RealJar(folder, sandbox.baseUrl());
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void the_demo_answers_every_request_of_three_exports() throws Exception {
    RealJar.Result demo = jar.with("GEMINI_API_KEY", null).run("--demo");

    assertThat(demo.exit()).as(demo.err()).isZero();
    assertThat(demo.out().lines()).hasSize(3).allMatch(line -> line.startsWith("3 of 3 requests"));
    Outbox outbox = new Outbox(folder.resolve("demo/outbox"));
    assertThat(keys(outbox.results("validation-1-3")))
        .containsExactly("entry-1", "entry-2", "entry-3");
    assertThat(outbox.results("correction-1-3"))
        .allSatisfy(result -> assertThat(fileHashes(result)).hasSize(1));
  }

  @Test
  void one_file_is_answered_where_the_person_is() throws Exception {
    Files.write(folder.resolve("a b.jpg"), png("a b"));
    Files.writeString(folder.resolve("export.jsonl"), extraction("1", "a b.jpg"));
    letJobsEnd();

    RealJar.Result run = jar.run("--file", "export.jsonl", "--poll-interval", "100");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("1 of 1 requests answered: export-batch-results.jsonl\n");
    List<JsonNode> results = new Outbox(folder).results("export");
    assertThat(keys(results)).containsExactly("1");
    assertThat(fileHashes(results.get(0))).containsExactly(hex(png("a b")));
    assertThat(folder.resolve("export.jsonl")).exists();
  }

  @Test
  void lines_without_an_answer_are_delivered_with_exit_3() throws Exception {
    Files.writeString(folder.resolve("x.jsonl"), validation("1") + "\n{not json");
    letJobsEnd();

    RealJar.Result run = jar.run("--file", "x.jsonl", "--output", "out/r.jsonl", "--json");

    assertThat(run.exit()).as(run.err()).isEqualTo(3);
    JsonNode document = new ObjectMapper().readTree(run.out());
    assertThat(document.path("answered").asInt()).isEqualTo(1);
    assertThat(document.path("errors").asText()).endsWith("r-errors.jsonl");
    assertThat(folder.resolve("out/r.jsonl")).exists();
    assertThat(folder.resolve("out/r-errors.jsonl")).content().contains("\"line\":2");
    assertThat(folder.resolve("out/r-report.json")).exists();
  }

  @Test
  void jobs_are_listed_filtered_fetched_deleted_and_cleared() throws Exception {
    Files.writeString(
        folder.resolve("x.jsonl"), nativeLine("same", "a") + "\n" + nativeLine("same", "b"));
    letJobsEnd();
    assertThat(jar.run("--file", "x.jsonl").exit()).isZero();

    JsonNode jobs = new ObjectMapper().readTree(jar.run("--list", "--json").out()).path("jobs");
    String job = jobs.path(0).path("name").asText();
    assertThat(jar.run("--list").out()).contains(job, "1 job: 1 succeeded");
    assertThat(jar.run("--list", "--state", "failed,JOB_STATE_CANCELLED").out())
        .isEqualTo("0 jobs\n");

    RealJar.Result poll = jar.run("--poll", job.replace("batches/", ""), "--output", "again.jsonl");
    assertThat(poll.exit()).as(poll.err()).isZero();
    assertThat(Files.readString(folder.resolve("again.jsonl")))
        .isEqualTo(Files.readString(folder.resolve("x-batch-results.jsonl")));

    assertThat(jar.run("--delete", job).out()).isEqualTo(job + " deleted.\n");
    assertThat(jar.run("--delete", job).exit()).isEqualTo(1);
    assertThat(jar.run("--clear", "--state", "succeeded", "--yes").exit()).isZero();
    assertThat(jar.run("--list").out()).isEqualTo("0 jobs\n");
  }

  @Test
  void clear_removes_what_runs_and_asks_for_yes_where_it_cannot_ask() throws Exception {
    Files.writeString(folder.resolve("x.jsonl"), validation("1"));
    RealJar.Running run = jar.start("--file", "x.jsonl").says("job created");
    run.kill();

    RealJar.Result without = jar.run("--clear");
    assertThat(without.exit()).isEqualTo(2);
    assertThat(without.err()).contains("1 job ", "--yes");
    assertThat(jar.run("--clear", "--yes").out()).isEqualTo("1 job cancelled and deleted.\n");
    assertThat(jar.run("--list").out()).isEqualTo("0 jobs\n");
  }

  @Test
  void uploads_are_listed_and_purged_when_no_unfinished_run_needs_them() throws Exception {
    Files.write(folder.resolve("a.png"), png("a"));
    Files.write(folder.resolve("b.png"), png("b"));
    Files.writeString(folder.resolve("done.jsonl"), extraction("1", "a.png"));
    Files.writeString(folder.resolve("waits.jsonl"), extraction("2", "b.png"));
    jar.start("--file", "waits.jsonl").says("job created").kill();
    letJobsEnd();
    assertThat(jar.run("--file", "done.jsonl").exit()).isZero();

    assertThat(jar.run("--files").out()).contains("a.png", "b.png", "4 files of ours");
    assertThat(jar.run("--purge-files").exit()).isEqualTo(2);
    assertThat(jar.run("--purge-files", "--yes").out()).isEqualTo("2 files deleted.\n");
    assertThat(jar.run("--files").out())
        .contains("b.png", "2 files of ours")
        .doesNotContain("a.png");

    Files.writeString(folder.resolve("again.jsonl"), extraction("3", "a.png"));
    assertThat(jar.run("--file", "again.jsonl").exit()).as("uploaded anew").isZero();
  }

  @Test
  void a_foreign_job_is_fetched_as_it_is() throws Exception {
    Files.writeString(folder.resolve("x.jsonl"), validation("1") + "\n" + validation("2"));
    letJobsEnd();
    assertThat(jar.run("--file", "x.jsonl").exit()).isZero();
    JsonNode jobs = new ObjectMapper().readTree(jar.run("--list", "--json").out()).path("jobs");
    String job = jobs.path(0).path("name").asText();

    jar.with("STATE_DIRECTORY", folder.resolve("other").toString());
    RealJar.Result poll = jar.run("--poll", job);

    assertThat(poll.exit()).as(poll.err()).isZero();
    assertThat(keys(new Outbox(folder).results(job.replace("batches/", ""))))
        .containsExactly("1", "2");
  }

  @Test
  void a_time_out_leaves_the_job_running_and_names_the_command_that_goes_on() throws Exception {
    Files.writeString(folder.resolve("x.jsonl"), nativeLine("1", "no model"));
    String[] command = {
      "--file", "x.jsonl", "--model", "gemini-other", "--output", "o.jsonl", "--api-key", "a-key"
    };
    jar.with("JOB_TIMEOUT", "2s");

    RealJar.Result timedOut = jar.run(command);
    assertThat(timedOut.exit()).as(timedOut.err()).isEqualTo(4);
    assertThat(timedOut.err())
        .contains("is still running. To resume: java -jar ")
        .contains("--file x.jsonl --model gemini-other --output o.jsonl")
        .doesNotContain("a-key");

    letJobsEnd();
    jar.with("JOB_TIMEOUT", null);
    assertThat(jar.run(command).exit()).isZero();
    assertThat(sandbox.counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void a_killed_daemon_goes_on_with_its_job_when_it_is_started_again() throws Exception {
    RealJar.Running daemon = jar.start().says("Ready");
    drop("x.jsonl", validation("1"));
    daemon.says("job created").kill();

    letJobsEnd();
    daemon = jar.start().says("1 of 1 requests answered");
    RealJar.Result stopped = daemon.stop();

    assertThat(stopped.exit()).isEqualTo(143);
    assertThat(keys(new Outbox(folder.resolve("outbox")).results("x"))).containsExactly("1");
    assertThat(sandbox.counters().jobsCreated()).isEqualTo(1);
    assertThat(jar.run("--status").out()).contains("delivered", "x.jsonl");
  }

  @Test
  void whoever_has_the_token_is_told_whether_the_daemon_is_well() throws Exception {
    String token = "0123456789-a-token";
    int port = freePort();
    jar.with("MANAGEMENT_ENABLED", "true").with("MANAGEMENT_HOST", "0.0.0.0");
    jar.with("MANAGEMENT_PORT", Integer.toString(port)).with("MANAGEMENT_TOKEN", token);
    RealJar.Running daemon = jar.start().says("health and metrics are at");

    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/observe/health/ready"));
    HttpClient client = HttpClient.newHttpClient();
    HttpResponse<String> refused = client.send(request.build(), BodyHandlers.ofString());
    request.header("Authorization", "Bearer " + token);
    HttpResponse<String> answered = client.send(request.build(), BodyHandlers.ofString());

    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(answered.statusCode()).isEqualTo(200);
    assertThat(answered.body()).contains("The service answers", "The ledger and the folders");
    assertThat(daemon.stop().err()).doesNotContain(token);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void after_a_kill_only_the_uploads_that_were_under_way_are_repeated() throws Exception {
    int files = 60;
    int atOnce = 4;
    jar.with("UPLOAD_CONCURRENCY", "" + atOnce).with("MEDIA_ROOT", folder.toString());
    sandbox.faults().add("upload-chunk delay=50ms");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < files; i++) {
      Files.write(folder.resolve(i + ".png"), png("" + i));
      lines.append(extraction("" + i, i + ".png")).append('\n');
    }
    RealJar.Running daemon = jar.start().says("Ready");
    drop("x.jsonl", lines.toString());
    await().until(() -> sandbox.counters().filesStored() >= files / 3);
    daemon.kill();

    letJobsEnd();
    jar.start().says("60 of 60 requests answered").stop();

    long sent = sandbox.counters().requests(Endpoint.UPLOAD_CHUNK);
    assertThat(sent).isBetween(files + 1L, files + 1L + atOnce);
    assertThat(sandbox.counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void a_dry_run_tells_everything_and_sends_and_leaves_nothing() throws Exception {
    Files.write(folder.resolve("a.png"), png("a"));
    Files.writeString(
        folder.resolve("x.jsonl"),
        String.join("\n", extraction("1", "a.png"), validation("2"), "{not json", "{}"));

    RealJar.Result result = jar.run("--file", "x.jsonl", "--dry-run");
    assertThat(result.exit()).as(result.err()).isEqualTo(3);
    assertThat(result.out())
        .contains(
            "x.jsonl: 4 requests, 2 cannot be sent",
            "gemini-2.5-flash: 2 requests in 1 job",
            "1 file, ",
            "cost: about",
            "line 3: ",
            "line 4: ");
    RealJar.Result json = jar.run("--file", "x.jsonl", "--dry-run", "--json");
    JsonNode document = new ObjectMapper().readTree(json.out());
    assertThat(document.path("badLines")).hasSize(2);
    assertThat(document.at("/files/bytesToUpload").asLong()).isEqualTo(png("a").length);

    assertThat(sandbox.counters().filesStored()).isZero();
    assertThat(jar.run("--status").out()).contains("No runs yet");
    assertThat(folder.resolve("state/runs")).isEmptyDirectory();
  }

  @Test
  void answers_of_another_content_under_the_same_name_are_kept() throws Exception {
    letJobsEnd();
    for (String key : List.of("1", "2", "2")) {
      Files.writeString(folder.resolve("x.jsonl"), validation(key));
      assertThat(jar.run("--file", "x.jsonl").exit()).isZero();
    }

    assertThat(keys(new Outbox(folder).results("x"))).containsExactly("2");
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> kept =
          files
              .filter(file -> file.toString().matches(".*x\\.\\d+-\\d+-batch-results.jsonl"))
              .toList();
      assertThat(kept).hasSize(1);
      assertThat(keys(Outbox.lines(kept.get(0)))).containsExactly("1");
    }
  }

  @Test
  void a_file_that_would_cost_too_much_is_not_sent() throws Exception {
    Files.writeString(folder.resolve("x.jsonl"), validation("1"));
    Files.writeString(
        folder.resolve("prices.json"),
        "{\"perMillionTokens\":{\"gemini-2.5-flash\":{\"input\":1,\"output\":1000}}}");
    jar.with("PRICES_FILE", folder.resolve("prices.json").toString())
        .with("BUDGET_MAX_COST_PER_FILE", "0.5");

    RealJar.Result result = jar.run("--file", "x.jsonl");
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err())
        .contains("It would cost about 1 USD, and budget.max-cost-per-file allows 0.5");
    assertThat(jar.run("--file", "x.jsonl", "--dry-run").exit()).isEqualTo(1);
    assertThat(sandbox.counters().filesStored()).isZero();

    letJobsEnd();
    assertThat(jar.with("BUDGET_MAX_COST_PER_FILE", "1.5").run("--file", "x.jsonl").exit())
        .isZero();
    assertThat(jar.run("--status", "x.jsonl").out())
        .contains("1 of 1 requests answered", "cost: about", "delivered");
  }

  /** With each answer of the service delayed, the daemon is stopped while it waits for it. */
  @ParameterizedTest
  @EnumSource(names = {"UPLOAD_START", "UPLOAD_CHUNK", "BATCH_CREATE", "BATCH_GET", "DOWNLOAD"})
  void stopped_while_the_service_keeps_it_waiting_it_ends_and_goes_on_at_the_next_start(
      Endpoint endpoint) throws Exception {
    Files.write(folder.resolve("a.png"), png("a"));
    jar.with("MEDIA_ROOT", folder.toString());
    letJobsEnd();
    sandbox.faults().add(endpoint.word() + " delay=12s");
    RealJar.Running daemon = jar.start().says("Ready");
    drop("x.jsonl", extraction("1", "a.png"));
    await().until(() -> sandbox.counters().requests(endpoint) > 0);
    assertThat(daemon.stop().exit()).isEqualTo(143);

    sandbox.faults().clear();
    jar.start().says("1 of 1 requests answered").stop();
    assertThat(sandbox.counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void a_second_daemon_on_the_same_state_folder_is_refused() throws Exception {
    RealJar.Running first = jar.start().says("Ready");

    RealJar.Result second = jar.run();

    assertThat(second.exit()).isEqualTo(2);
    assertThat(second.err()).contains("Another daemon works with the state folder");
    first.stop();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--modle x|2|Did you mean --model",
        "export.jsonl|2|write --file export.jsonl",
        "--file none.jsonl|2|none.jsonl, which does not exist",
        "--file x --list|2|cannot be done at once",
        "--file x --poll-interval abc|2|\"abc\" is not a whole number",
        "--list --state faild|2|\"faild\" is not a state",
        "--poll ../x|2|is not a job's name",
        "--poll none|1|Requested entity was not found",
        "--list --api-key wrong-key|2|API key not valid"
      })
  void mistakes_get_a_message_and_an_exit_code(String arguments, int exit, String message)
      throws Exception {
    RealJar.Result result = jar.run(arguments.split(" "));

    assertThat(result.exit()).as(result.err()).isEqualTo(exit);
    assertThat(result.err()).contains(message).doesNotContain("Exception", "\tat ");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void a_missing_key_and_a_service_that_is_not_there_are_told() throws Exception {
    Files.writeString(folder.resolve("x.jsonl"), validation("1"));
    RealJar nowhere = new RealJar(folder, URI.create("http://127.0.0.1:1"));

    RealJar.Result unreachable = nowhere.run("--file", "x.jsonl");
    assertThat(unreachable.exit()).isEqualTo(1);
    assertThat(unreachable.err()).contains("http://127.0.0.1:1 cannot be reached");

    RealJar.Result keyless = jar.with("GEMINI_API_KEY", null).run("--file", "x.jsonl");
    assertThat(keyless.exit()).isEqualTo(2);
    assertThat(keyless.err()).contains("No API key. Set GEMINI_API_KEY");
  }

  @Test
  void a_service_in_trouble_is_waited_out() throws Exception {
    Files.writeString(folder.resolve("x.jsonl"), validation("1"));
    sandbox.faults().add("upload-start status=503 times=2 message=busy");
    letJobsEnd();

    assertThat(jar.run("--file", "x.jsonl").exit()).isZero();
  }

  private void drop(String name, String content) throws IOException {
    Path part = folder.resolve("inbox").resolve(name + ".part");
    Files.writeString(part, content);
    Files.move(part, folder.resolve("inbox").resolve(name));
  }

  /** From now on every job ends as soon as somebody looks at it. */
  @Test
  void a_component_comes_as_jars_in_a_folder() throws Exception {
    Path components = Files.createDirectories(folder.resolve("components"));
    for (String name :
        List.of(
            "org.apache.camel.component.mail.MailComponent",
            "org.apache.camel.attachment.Attachment",
            "org.eclipse.angus.mail.smtp.SMTPTransport",
            "org.eclipse.angus.activation.MimeTypeFile",
            "jakarta.mail.Session",
            "jakarta.activation.DataHandler")) {
      Path jarOfIt =
          Path.of(Class.forName(name).getProtectionDomain().getCodeSource().getLocation().toURI());
      Files.copy(
          jarOfIt, components.resolve(jarOfIt.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Files.copy(
        Path.of("routes/examples/mail-on-failure.camel.yaml"), mine.resolve("mail.camel.yaml"));
    try (MailServer mail = MailServer.start()) {
      Path config =
          Files.writeString(
              folder.resolve("own.properties"),
              """
              routes.extra = %s
              components.directory = %s
              stage.after-fail = direct:mail-on-failure
              mail.server = smtp://localhost:%s
              mail.from = a@example.com
              mail.to = b@example.com
              """
                  .formatted(mine, components, mail.port()));
      RealJar.Running daemon = jar.start("--config", config.toString()).says("Ready");
      Files.writeString(folder.resolve("inbox/x.jsonl"), "no JSON\n");

      await().until(() -> !mail.received().isEmpty());
      daemon.stop();
      assertThat(mail.received().get(0)).contains("Subject: x.jsonl could not be used");
    }
  }

  @Test
  void a_mistake_in_a_route_stops_the_start() throws Exception {
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(mine.resolve("a.camel.yaml"), "- route:\n    id: a\n    form: x\n");
    Path config =
        Files.writeString(folder.resolve("own.properties"), "routes.extra = " + mine + "\n");

    RealJar.Result result = jar.run("--config", config.toString());

    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.err()).contains(mine + "/a.camel.yaml, line 2", "Unsupported field: form");
  }

  @Test
  void a_daemon_may_serve_profiles_alone() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("own.properties"),
            "profile.a.gemini.api-key = key-of-a\nprofile.b.gemini.api-key = key-of-b\n");
    letJobsEnd();
    RealJar.Running daemon =
        jar.with("GEMINI_API_KEY", null).start("--config", config.toString()).says("Stop with");
    Files.writeString(folder.resolve("inbox/b/x.jsonl"), nativeLine("1", "x"));

    await().until(() -> Files.exists(folder.resolve("outbox/b/x-batch-results.jsonl")));
    assertThat(daemon.stop().err()).contains("Ready for a", "Ready for b").doesNotContain("Ready.");
  }

  @Test
  void a_command_works_with_the_key_of_a_profile() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("own.properties"), "profile.books.gemini.api-key = key-of-books\n");
    Files.writeString(folder.resolve("x.jsonl"), nativeLine("1", "x"));
    letJobsEnd();
    String own = config.toString();
    assertThat(jar.run("--config", own, "--profile", "books", "--file", "x.jsonl").exit()).isZero();

    assertThat(jar.run("--config", own, "--profile", "books", "--list").out()).contains("batches/");
    assertThat(jar.run("--config", own, "--list").out()).doesNotContain("batches/");
    assertThat(jar.run("--config", own, "--profile", "boks", "--list").err())
        .contains("There is no profile boks (did you mean books?)");
  }

  private void letJobsEnd() {
    sandbox.setJobTime(Duration.ZERO);
  }
}
