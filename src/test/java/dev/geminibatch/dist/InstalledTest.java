package dev.geminibatch.dist;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program as it is installed: started by its script, in a folder that it cannot write to. */
@Tag("process")
@EnabledOnOs(OS.LINUX)
class InstalledTest {
  private static final String KEY = "AIzaSy-a-key-that-nobody-may-see-0123";

  @TempDir static Path scratch;
  private static Installation installation;
  private static Sandbox sandbox;

  @BeforeAll
  static void install() throws Exception {
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
    installation = Installation.in(scratch);
    installation
        .with("GOOGLE_GEMINI_BASE_URL", sandbox.baseUrl().toString())
        .with("INBOX_SETTLE_TIME", "50ms")
        .with("POLL_INTERVAL", "100ms")
        .with("JOB_PACK_WAIT", "0")
        .with("MANAGEMENT_ENABLED", "false");
  }

  @AfterAll
  static void stop() throws Exception {
    sandbox.close();
    installation.open();
  }

  @Test
  void the_demo_runs_where_it_is_started_and_writes_nothing_beside_the_program() throws Exception {
    List<String> before = installation.files();

    RealJar.Result demo = installation.run("--demo");

    assertThat(demo.exit()).as(demo.err()).isZero();
    assertThat(demo.out()).contains("3 of 3 requests answered: demo/outbox/");
    assertThat(installation.work().resolve("demo/outbox")).isNotEmptyDirectory();
    assertThat(installation.files()).isEqualTo(before);
  }

  @Test
  void the_daemon_works_where_it_is_started_hides_its_key_and_stops_well() throws Exception {
    Path key = Files.writeString(scratch.resolve("key"), KEY);
    Files.setPosixFilePermissions(
        installation.own(key), PosixFilePermissions.fromString("r--------"));
    installation.with("GEMINI_API_KEY_FILE", key.toString());
    List<String> before = installation.files();
    RealJar.Running daemon = installation.start().says("Stop with Ctrl-C");

    assertThat(Installation.commandLine(daemon)).doesNotContain(KEY);
    Path part = installation.work().resolve("inbox/x.jsonl.part");
    Files.writeString(part, nativeLine("a", "text"));
    Files.move(installation.own(part), part.resolveSibling("x.jsonl"));
    Path results = installation.work().resolve("outbox/x-batch-results.jsonl");
    await().until(() -> Files.exists(results));
    RealJar.Result end = daemon.stop();

    assertThat(end.exit()).isEqualTo(143);
    assertThat(end.err()).contains("Stopping").doesNotContain(KEY).doesNotContain("ERROR");
    assertThat(end.out()).doesNotContain(KEY);
    assertThat(installation.files()).isEqualTo(before);
  }

  @Test
  void a_key_in_the_environment_is_in_no_list_of_processes() throws Exception {
    installation.with("GEMINI_API_KEY", KEY);
    RealJar.Running waiting = installation.start("--sandbox", "--port", "0");
    waiting.says("http://");

    assertThat(Installation.commandLine(waiting)).doesNotContain(KEY);
    waiting.stop();
  }

  @Test
  void a_class_archive_is_used_and_a_damaged_one_changes_nothing() throws Exception {
    RealJar.Result warm = installation.run("--warm");
    assertThat(warm.exit()).as(warm.err()).isZero();
    Path archive = Path.of(warm.out().strip().substring("Made ".length()));
    assertThat(archive).exists().hasParent(installation.work().resolve("state/classes"));
    RealJar.Running sandboxed = installation.start("--sandbox", "--port", "0").says("http://");
    assertThat(Installation.commandLine(sandboxed)).contains("=" + archive);
    assertThat(Files.readString(Path.of("/proc/" + sandboxed.process().pid() + "/maps")))
        .contains(archive.toString());
    sandboxed.stop();

    RealJar.Result version = installation.run("--version");
    for (long place : List.of(0L, 100L, Files.size(archive) / 3, Files.size(archive) / 2)) {
      damage(archive, place);
      assertThat(installation.run("--version")).isEqualTo(version);
    }
    try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.WRITE)) {
      channel.truncate(Files.size(archive) / 2);
    }
    assertThat(installation.run("--version")).isEqualTo(version);
    assertThat(version.err()).isEmpty();
    try (Stream<Path> left = Files.list(archive.getParent())) {
      assertThat(left).containsExactly(archive);
    }
  }

  private static void damage(Path file, long place) throws Exception {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(64);
      channel.read(bytes, place);
      for (int i = 0; i < bytes.limit(); i++) {
        bytes.put(i, (byte) ~bytes.get(i));
      }
      channel.write(bytes.rewind(), place);
    }
  }
}
