package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class CheckCommandTest {
  @TempDir Path folder;
  private Sandbox sandbox;
  private RealJar jar;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC());
    jar = new RealJar(folder, sandbox.baseUrl()).with("MANAGEMENT_PORT", "0");
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void a_fresh_installation_has_nothing_to_fix_and_is_as_it_was() throws Exception {
    RealJar.Result check = jar.run("--check");

    assertThat(check.out()).endsWith("Nothing has to be fixed.\n");
    assertThat(check.exit()).isZero();
    assertThat(folder.resolve("state")).doesNotExist();
    assertThat(folder.resolve("inbox")).doesNotExist();
  }

  @Test
  void ten_mistakes_are_found_in_one_run_each_with_its_remedy() throws Exception {
    Path routes = Files.createDirectories(folder.resolve("routes"));
    Files.writeString(routes.resolve("mine.camel.yaml"), "- route:\n    fron: {uri: 'direct:x'}\n");
    Files.createDirectories(folder.resolve("state"));
    Files.writeString(folder.resolve("state/ledger.db"), "this is no database ".repeat(100));
    Path key = Files.writeString(folder.resolve("key"), "wrong-secret-key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(folder.resolve("failed"), "a file");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Path own =
          Files.writeString(
              folder.resolve("own.properties"),
              """
              retry.max-attempts = many
              poll.intervall = 3s
              profile.books.run.priority = 11
              gemini.api-key-file = %s
              routes.extra = %s
              media.types = jpg
              """
                  .formatted(key, routes));

      RealJar.Result check =
          jar.with("GEMINI_API_KEY", null)
              .with("ARCHIVE_DIRECTORY", folder.resolve("inbox").toString())
              .with("MANAGEMENT_ENABLED", "true")
              .with("MANAGEMENT_PORT", Integer.toString(taken.getLocalPort()))
              .with("TMPDIR", null)
              .java("-Xmx256m", "-Djava.io.tmpdir=" + folder.resolve("no-temp"))
              .run("--check", "--json", "--config", own.toString());

      assertThat(check.exit()).isEqualTo(2);
      JsonNode document = new ObjectMapper().readTree(check.out());
      List<String> found = new ArrayList<>();
      for (JsonNode each : document.get("checks")) {
        if (!each.get("state").asText().equals("ok")) {
          assertThat(each.get("remedy").asText()).as(each.toString()).isNotBlank();
          found.add(each.get("check").asText() + ": " + each.get("found").asText());
        }
      }
      assertThat(found)
          .anyMatch(text -> text.contains("own.properties, line 1: retry.max-attempts is \"many\""))
          .anyMatch(text -> text.contains("line 2: There is no setting poll.intervall"))
          .anyMatch(text -> text.contains("line 3: profile.books.run.priority is \"11\""))
          .anyMatch(text -> text.contains("line 6: media.types holds \"jpg\""))
          .anyMatch(text -> text.startsWith("failed.directory: ") && text.contains("not a folder"))
          .anyMatch(text -> text.startsWith("apart: archive.directory is "))
          .anyMatch(text -> text.startsWith("secrets: other users of this machine can read " + key))
          .anyMatch(text -> text.startsWith("service: the key is refused"))
          .anyMatch(text -> text.startsWith("ledger: ") && text.contains("damaged"))
          .anyMatch(text -> text.startsWith("management: port 127.0.0.1:" + taken.getLocalPort()))
          .anyMatch(text -> text.startsWith("temporary files: "))
          .anyMatch(text -> text.startsWith("routes: "));
      assertThat(check.out() + check.err()).doesNotContain("wrong-secret-key");
    }
  }

  @Test
  void a_broken_route_is_named_with_file_and_line() throws Exception {
    Path routes = Files.createDirectories(folder.resolve("routes"));
    Files.writeString(
        routes.resolve("mine.camel.yaml"),
        "- route:\n    id: mine\n    from:\n      uri: direct:mine\n      steps:\n"
            + "        - to: direct:no-such-thing\n");

    RealJar.Result check = jar.with("ROUTES_EXTRA", routes.toString()).run("--check", "--json");

    JsonNode route =
        StreamSupport.stream(
                new ObjectMapper().readTree(check.out()).get("checks").spliterator(), false)
            .filter(each -> each.get("check").asText().equals("routes"))
            .findFirst()
            .orElseThrow();
    assertThat(route.get("state").asText()).isEqualTo("problem");
    assertThat(route.get("found").asText()).contains("mine.camel.yaml", "direct:no-such-thing");
  }

  @Test
  void it_works_beside_the_daemon_and_knows_its_port() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    jar.with("MANAGEMENT_PORT", Integer.toString(port)).with("MANAGEMENT_ENABLED", "true");
    RealJar.Running daemon = jar.start().says("/observe/");

    RealJar.Result check = jar.run("--check");

    assertThat(check.out()).contains("in use by the running daemon", "is the running daemon's");
    assertThat(check.exit()).isZero();
    daemon.stop();
  }
}
