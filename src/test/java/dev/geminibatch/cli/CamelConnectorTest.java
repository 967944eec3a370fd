package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Camel's own tool sees of the daemon, where its connector is among the components. */
@Tag("process")
@DisabledOnOs(OS.WINDOWS)
class CamelConnectorTest {
  private static final Path COMPONENTS = Path.of("target/components").toAbsolutePath();
  private static final String KEY = "AIzaSy-a-key-that-nobody-may-see-0123";
  private static final String TOKEN = "a-token-that-nobody-may-see-0123";

  @TempDir Path folder;
  private Sandbox sandbox;

  @BeforeEach
  void start() throws IOException {
    assumeThat(COMPONENTS).as("Maven has fetched the connector").isDirectory();
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    if (sandbox != null) {
      sandbox.close();
    }
  }

  private enum KeyFrom {
    ENVIRONMENT,
    FILE,
    SETTINGS,
    COMMAND_LINE
  }

  @ParameterizedTest
  @EnumSource
  void camel_get_sees_the_routes_and_no_key(KeyFrom from) throws Exception {
    Path home = Files.createDirectories(folder.resolve("home"));
    RealJar jar =
        new RealJar(folder, sandbox.baseUrl())
            .java("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Duser.home=" + home)
            .with("COMPONENTS_DIRECTORY", COMPONENTS.toString())
            .with("MANAGEMENT_ENABLED", "true")
            .with("MANAGEMENT_PORT", "0")
            .with("MANAGEMENT_TOKEN", TOKEN)
            .with("GEMINI_API_KEY", from == KeyFrom.ENVIRONMENT ? KEY : null);
    RealJar.Running daemon = jar.start(arguments(jar, from)).says("/observe/metrics");

    Path status = home.resolve(".camel/" + daemon.process().pid() + "-status.json");
    await().until(() -> routes(status) > 0);
    String words = everything(home);
    RealJar.Result end = daemon.stop();

    assertThat(words).contains("receive").doesNotContain(KEY).doesNotContain(TOKEN);
    assertThat(end.err()).doesNotContain(KEY).doesNotContain(TOKEN).doesNotContain("ERROR");
  }

  private String[] arguments(RealJar jar, KeyFrom from) throws IOException {
    switch (from) {
      case FILE -> jar.with("GEMINI_API_KEY_FILE", secret("key", KEY).toString());
      case SETTINGS -> {
        return new String[] {
          "--config", secret("own.properties", "gemini.api-key = " + KEY).toString()
        };
      }
      case COMMAND_LINE -> {
        return new String[] {"--api-key", KEY};
      }
      default -> {}
    }
    return new String[0];
  }

  private Path secret(String name, String content) throws IOException {
    Path file = Files.writeString(folder.resolve(name), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** It is written again and again, and not at once. */
  private static int routes(Path status) {
    try {
      JsonNode document = new ObjectMapper().readTree(Files.readString(status));
      return document.path("routes").size();
    } catch (IOException e) {
      return 0;
    }
  }

  private static String everything(Path home) throws IOException {
    StringBuilder words = new StringBuilder();
    try (Stream<Path> files = Files.walk(home)) {
      List<Path> all = files.filter(Files::isRegularFile).toList();
      for (Path file : all) {
        words.append(Files.readString(file));
      }
    }
    return words.toString();
  }
}
