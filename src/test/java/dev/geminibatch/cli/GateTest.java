package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.Attack;
import dev.geminibatch.testkit.HostileService;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One daemon with little memory under all attacks, one after the other, and none is cleared. */
@Tag("process")
@EnabledOnOs(OS.LINUX)
class GateTest {
  private static final int GOOD = 10;

  @TempDir static Path folder;
  private static Sandbox sandbox;
  private static HostileService endless;
  private static RealJar.Running daemon;

  @BeforeAll
  static void start() throws IOException {
    endless =
        HostileService.start()
            .otherwise(HostileService.bomb(200, "{\"name\":\"", "zeros", 1L << 40));
    Path settings = Attack.prepare(folder, endless.url());
    sandbox = Sandbox.start(0, Duration.ofMillis(200), Clock.systemUTC());
    daemon = new RealJar(folder, sandbox.baseUrl()).start("--config", settings.toString());
    daemon.says("Ready");
  }

  @AfterAll
  static void stop() throws Exception {
    daemon.kill();
    sandbox.close();
    endless.close();
  }

  @ParameterizedTest
  @EnumSource
  void ten_good_files_beside_an_attack_are_delivered(Attack attack) throws Exception {
    String evil = attack.drop(folder, attack.ordinal());
    for (int i = 0; i < GOOD; i++) {
      Attack.dropGood(folder, good(attack, i));
    }

    await(attack.name())
        .atMost(Duration.ofSeconds(60))
        .until(() -> !daemon.process().isAlive() || delivered(attack) == GOOD);

    assertThat(daemon.process().isAlive()).as(Files.readString(daemon.err())).isTrue();
    assertThat(leaks("outbox")).as(evil).isEmpty();
    assertThat(leaks("archive")).as(evil).isEmpty();
    assertThat(leaks("failed")).as(evil).isEmpty();
    assertThat(said())
        .as("nothing raw, no secret")
        .doesNotContain(Attack.SECRET, "\u001b", "\u202E");
  }

  private static String good(Attack attack, int number) {
    return "good-" + attack.ordinal() + "-" + number;
  }

  private static int delivered(Attack attack) {
    int delivered = 0;
    for (int i = 0; i < GOOD; i++) {
      String name = good(attack, i) + "-batch-results.jsonl";
      delivered += Files.exists(folder.resolve("outbox").resolve(name)) ? 1 : 0;
    }
    return delivered;
  }

  private static String said() throws IOException {
    return Files.readString(daemon.err()) + Files.readString(daemon.out());
  }

  /** Files that the daemon has made of what only it may read. */
  private static List<Path> leaks(String name) throws IOException {
    Path in = folder.resolve(name);
    if (!Files.isDirectory(in)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(in)) {
      return files.filter(GateTest::holdsTheSecret).toList();
    }
  }

  private static boolean holdsTheSecret(Path file) {
    try {
      return Files.isRegularFile(file)
          && Files.size(file) < 1 << 20
          && Files.readString(file, StandardCharsets.ISO_8859_1).contains(Attack.SECRET);
    } catch (IOException e) {
      return false; // published at this very moment; it is read at the next attack
    }
  }
}
