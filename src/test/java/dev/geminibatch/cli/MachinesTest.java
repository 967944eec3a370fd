package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import dev.geminibatch.testkit.SmallProxy;
import dev.geminibatch.testkit.TlsFront;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged program on machines as they are: behind proxies, without temporary folders. */
@Tag("process")
class MachinesTest {
  private static final String SERVICE = "generativelanguage.googleapis.com";

  @TempDir Path folder;
  private Sandbox sandbox;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
    Files.writeString(folder.resolve("x.jsonl"), nativeLine("a", "text"));
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  private RealJar jar(String service) {
    return new RealJar(folder, URI.create(service));
  }

  @Test
  void every_call_passes_encrypted_through_the_https_proxy_of_the_environment() throws Exception {
    try (TlsFront front = TlsFront.start(folder, SERVICE, sandbox.baseUrl().getPort());
        SmallProxy proxy = SmallProxy.start().wanting("user:p@ss-word")) {
      proxy.leading(SERVICE + ":443", front.port());

      RealJar.Result run =
          jar("https://" + SERVICE)
              .java(front.trust())
              .with("GOOGLE_GEMINI_BASE_URL", null)
              .with("HTTPS_PROXY", "http://user:p%40ss-word@127.0.0.1:" + proxy.port())
              .run("--file", "x.jsonl", "--poll-interval", "100");

      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.out()).startsWith("1 of 1 requests answered");
      assertThat(proxy.seen()).isNotEmpty().containsOnly("CONNECT " + SERVICE + ":443");
      assertThat(run.err()).doesNotContain("ss-word");
    }
  }

  @Test
  void a_proxy_that_is_not_there_is_named_and_nothing_is_lost() throws Exception {
    SmallProxy proxy = SmallProxy.start();
    proxy.close();

    RealJar.Result run =
        jar("https://" + SERVICE)
            .with("https_proxy", "user:hush-hush@127.0.0.1:" + proxy.port())
            .run("--file", "x.jsonl");

    assertThat(run.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err())
        .contains("through the proxy " + proxy.address() + " of https_proxy")
        .doesNotContain("hush");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_missing_temporary_folder_does_not_matter_and_the_state_is_private() throws Exception {
    Path key = Files.writeString(folder.resolve("my key"), "\uFEFF\"some-key\"\r\n");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

    RealJar.Result run =
        jar(sandbox.baseUrl().toString())
            .java("-Xmx256m", "-Djava.io.tmpdir=" + folder.resolve("missing"))
            .with("GEMINI_API_KEY", null)
            .with("GEMINI_API_KEY_FILE", key.toString())
            .run("--file", "x.jsonl", "--poll-interval", "100");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err())
        .doesNotContain("ERROR")
        .containsOnlyOnce("holds a secret. Run: chmod 600 '" + key + "'");
    Path state = folder.resolve("state");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
        .isEqualTo("rwx------");
    assertThat(Files.getPosixFilePermissions(folder.resolve("x-batch-results.jsonl")))
        .as("as the user's umask has it")
        .isEqualTo(Files.getPosixFilePermissions(Files.createFile(folder.resolve("other"))));
    assertThat(state.resolve("native")).isDirectoryContaining("glob:**/sqlite-*");
  }

  @ParameterizedTest
  @CsvSource({"000, rw-------", "000, rw-r-----", "022, rw-r--r--", "077, rw-r--r--"})
  @DisabledOnOs(OS.WINDOWS)
  void the_state_is_private_and_results_are_no_wider_than_their_input(String umask, String mode)
      throws Exception {
    Path input = folder.resolve("x.jsonl");
    Files.setPosixFilePermissions(input, PosixFilePermissions.fromString(mode));

    RealJar.Result run =
        jar(sandbox.baseUrl().toString())
            .umask(umask)
            .run("--file", "x.jsonl", "--poll-interval", "100");

    assertThat(run.exit()).as(run.err()).isZero();
    try (Stream<Path> found = Files.walk(folder.resolve("state"))) {
      for (Path file : found.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .endsWith("------");
      }
    }
    boolean isForOthers = mode.endsWith("r--") && umask.endsWith("2");
    for (String name : List.of("results.jsonl", "report.json", "report.html")) {
      Set<PosixFilePermission> permissions =
          Files.getPosixFilePermissions(folder.resolve("x-batch-" + name));
      assertThat(PosixFilePermissions.fromString(mode)).containsAll(permissions);
      assertThat(permissions.contains(PosixFilePermission.OTHERS_READ)).isEqualTo(isForOthers);
    }
  }

  @Test
  void a_sandbox_needs_no_temporary_folder_either() throws Exception {
    RealJar.Running running =
        jar("http://127.0.0.1:9")
            .java("-Djava.io.tmpdir=" + folder.resolve("missing"))
            .start("--sandbox", "--port", "0");

    running.says("Sandbox at ").stop();

    assertThat(folder).isDirectoryNotContaining("glob:**/.gemini-batch-*");
  }

  @Test
  void a_misspelt_option_does_not_show_its_key() throws Exception {
    RealJar.Result run = jar("http://127.0.0.1:9").run("--apikey=AQ.secret-key", "--status");

    assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--api-key").doesNotContain("secret-key");
  }
}
