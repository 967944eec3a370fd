package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packaged program logs. */
@Tag("process")
class LogTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Each of its spellings differs from it. */
  private static final String KEY = "log-test/key+of\"0123~4567";

  @TempDir Path folder;
  private Sandbox sandbox;
  private RealJar jar;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC());
    jar = new RealJar(folder, sandbox.baseUrl()).with("GEMINI_API_KEY", KEY);
    Files.createDirectories(folder.resolve("inbox"));
    Files.createDirectories(folder.resolve("media"));
    Files.write(folder.resolve("media/a b.png"), png("a b"));
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  private void drop(String name, String... lines) throws IOException {
    Files.writeString(folder.resolve("media").resolve("part"), String.join("\n", lines) + "\n");
    Files.move(folder.resolve("media/part"), folder.resolve("inbox").resolve(name));
  }

  /** A log file, in a folder that is not there yet. */
  private Path log(String name) {
    return folder.resolve("log").resolve(name + ".log");
  }

  private void awaitResults(String name) {
    await().until(() -> Files.exists(folder.resolve("outbox").resolve(name)));
  }

  @Test
  void a_run_is_a_story_of_about_ten_lines_with_its_id_and_file_and_waiting_is_silent()
      throws Exception {
    sandbox.setJobTime(Duration.ofMinutes(1)); // it is pending for the first third
    RealJar.Running daemon =
        jar.with("LOG_FILE", log("x").toString()).start("--media-root", "media").says("Ready");
    drop("my story.jsonl", extraction("1", "a b.png"), nativeLine("2", "two"));
    daemon.says("(job 1,").says("(job 2,");
    List<String> before = Files.readAllLines(daemon.err());
    await()
        .during(Duration.ofSeconds(2)) // twenty ticks
        .until(() -> Files.readAllLines(daemon.err()).size() == before.size());
    sandbox.clock().forward(Duration.ofMinutes(1));
    awaitResults("my story-batch-results.jsonl");
    daemon.says("cost");
    RealJar.Result result = daemon.stop();

    List<String> story = result.err().lines().filter(line -> line.contains("story")).toList();
    assertThat(story).hasSizeBetween(8, 12);
    String id = story.get(0).replaceFirst(".* (\\S+) my story[.]jsonl: received.*", "$1");
    assertThat(story).allMatch(line -> line.contains(" " + id + " my story.jsonl: "));
    assertThat(String.join("\n", story))
        .containsSubsequence(
            "received", "2 requests", "uploaded", "job created", "is over", "answered");
    assertThat(result.err().lines().findFirst().orElseThrow())
        .contains("gemini-batch", "Java " + System.getProperty("java.runtime.version"));

    // The file has the same, and the end as well.
    List<String> file = Files.readAllLines(log("x"));
    assertThat(file).containsAll(story);
    assertThat(file).anyMatch(line -> line.contains("Stopping."));
  }

  @Test
  void no_output_has_the_key_while_everything_is_logged_and_everything_goes_wrong()
      throws Exception {
    sandbox.setJobTime(Duration.ZERO);
    sandbox
        .faults()
        .addAll(
            List.of(
                "upload-finish status=503 times=1",
                "batch-create lost-answer times=1",
                "batch-create suspended-key times=2",
                "batch-get suspended-key times=1",
                "download half-answer times=1"));
    RealJar.Running daemon =
        everything(jar)
            .with("LOG_FORMAT", "json")
            .with("LOG_FILE", log("x").toString())
            .start("--media-root", "media")
            .says("Ready");
    drop("one.jsonl", extraction("1", "a b.png"), nativeLine("2", "two"));
    awaitResults("one-batch-results.jsonl");
    RealJar.Result result = daemon.stop();

    Set<String> loggers = new TreeSet<>();
    for (String line : all(result.err(), Files.readString(log("x")))) {
      JsonNode entry = JSON.readTree(line);
      assertThat(entry.isObject()).as(line).isTrue();
      assertThat(entry.get("@timestamp").textValue()).endsWith("Z");
      assertThat(entry.has("log.level") && entry.has("message")).as(line).isTrue();
      loggers.add(entry.get("log.logger").textValue());
    }
    // It is the whole noise that was searched, and there was something to find.
    assertThat(loggers).contains("submit", "org.apache.camel.main.MainSupport");
    assertThat(loggers).anyMatch(name -> name.startsWith("okhttp3."));
    assertThat(result.err()).contains("[key]");
    assertThat(Files.readAllLines(log("x"))).anyMatch(line -> line.contains("shutting down"));
    assertNoKeyIn(result);

    RealJar.Result command =
        everything(jar)
            .with("LOG_FORMAT", "text")
            .with("LOG_FILE", log("y").toString())
            .run("--file", "inbox-copy.jsonl");
    assertThat(command.exit()).isEqualTo(ExitCode.USAGE);
    Files.writeString(folder.resolve("two.jsonl"), nativeLine("3", "three") + "\n");
    sandbox.faults().addAll(List.of("all suspended-key times=1 after=1"));
    command = jar.run("--file", "two.jsonl");
    assertThat(command.err()).contains("TRACE");
    assertNoKeyIn(command);
  }

  private static RealJar everything(RealJar jar) {
    return jar.with("LOG_LEVEL", "trace")
        .with("LOG_LEVEL_ROOT", "Trace")
        .with("LOG_FILE_SIZE", "1GB");
  }

  private static List<String> all(String... texts) {
    return Stream.of(texts).flatMap(text -> List.of(text.split("\n")).stream()).toList();
  }

  private void assertNoKeyIn(RealJar.Result result) throws IOException {
    byte[] bytes = KEY.getBytes(StandardCharsets.UTF_8);
    List<String> spellings = new ArrayList<>();
    spellings.add(KEY);
    spellings.add(KEY.replace("\"", "\\\""));
    spellings.add(KEY.replace("\"", "\\\\\\\""));
    spellings.add(URLEncoder.encode(KEY, StandardCharsets.UTF_8));
    spellings.add(URLEncoder.encode(KEY, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT));
    spellings.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
    spellings.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    List<Path> files;
    try (Stream<Path> tree = Files.walk(folder)) {
      files = tree.filter(Files::isRegularFile).toList();
    }
    assertThat(files).hasSizeGreaterThan(5);
    for (String spelling : spellings) {
      assertThat(result.err().contains(spelling)).as(spelling).isFalse();
      assertThat(result.out().contains(spelling)).as(spelling).isFalse();
      for (Path file : files) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(content.contains(spelling)).as(file + " has " + spelling).isFalse();
      }
    }
  }

  @Test
  void what_is_quiet_on_the_terminal_is_in_the_file_and_a_mistake_is_json_too() throws Exception {
    sandbox.setJobTime(Duration.ZERO);
    Files.writeString(folder.resolve("x.jsonl"), nativeLine("1", "one") + "\n");

    RealJar.Result quiet =
        jar.with("LOG_FILE", log("x").toString()).run("--file", "x.jsonl", "--quiet");

    assertThat(quiet.exit()).as(quiet.err()).isZero();
    assertThat(quiet.err()).isEmpty();
    assertThat(Files.readString(log("x")))
        .containsPattern("submit \\S+ x[.]jsonl: job created")
        .containsPattern("deliver \\S+ x[.]jsonl: 1 of 1 requests answered");

    RealJar.Result mistake =
        jar.with("LOG_FORMAT", "json").with("RUN_CONCURRENCY", "many").run("--status");

    assertThat(mistake.exit()).isEqualTo(ExitCode.USAGE);
    JsonNode entry = JSON.readTree(mistake.err());
    assertThat(entry.get("log.level").textValue()).isEqualTo("ERROR");
    assertThat(entry.get("message").textValue()).contains("run.concurrency is \"many\"");

    RealJar.Result nowhere = jar.with("LOG_FILE", "/dev/null/x.log").run("--status");

    assertThat(nowhere.exit()).isEqualTo(ExitCode.USAGE);
    assertThat(nowhere.err()).contains("log.file is /dev/null/x.log, which cannot be written to");
  }
}
