package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.Attack;
import dev.geminibatch.testkit.HostileService;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The worst inputs together, several at a time, against a daemon with 256 MB: it works, or it has
 * ended with its own code and works when it is started again.
 */
@Tag("soak")
@EnabledOnOs(OS.LINUX)
class SoakTest {
  private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("soak.seconds", 600));
  private static final long SEED = Long.getLong("soak.seed", 4711);
  private static final int AT_ONCE = 4;

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private RealJar.Running daemon;
  private Path settings;
  private int ends;

  @Test
  void under_the_worst_inputs_the_daemon_works_or_has_ended_with_its_code() throws Exception {
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofMillis(200), Clock.systemUTC());
        HostileService endless =
            HostileService.start()
                .otherwise(HostileService.bomb(200, "{\"name\":\"", "zeros", 1L << 40))) {
      settings = Attack.prepare(folder, endless.url());
      RealJar jar = new RealJar(folder, sandbox.baseUrl()).java("-Xmx256m");
      daemon = start(jar);
      long end = System.nanoTime() + TIME.toNanos();
      int number = 0;
      while (System.nanoTime() < end) {
        for (int i = 0; i < AT_ONCE; i++) {
          Attack[] all = Attack.values();
          all[random.nextInt(all.length)].drop(folder, number++);
        }
        String good = "good-" + number;
        Attack.dropGood(folder, good);
        await(good)
            .atMost(Duration.ofMinutes(3))
            .until(() -> restartedIfEnded(jar) && isDelivered(good));
        sweep();
      }
      assertThat(ends).as("how often it ended").isLessThanOrEqualTo(number / AT_ONCE);
    } finally {
      daemon.kill();
    }
  }

  private RealJar.Running start(RealJar jar) throws IOException {
    return jar.start("--config", settings.toString());
  }

  /** As a supervisor does. */
  private boolean restartedIfEnded(RealJar jar) throws IOException {
    if (!daemon.process().isAlive()) {
      assertThat(daemon.process().exitValue())
          .as(Files.readString(daemon.err()))
          .isEqualTo(ExitCode.ERROR);
      ends++;
      daemon = start(jar);
    }
    return true;
  }

  private boolean isDelivered(String name) {
    return Files.exists(folder.resolve("outbox").resolve(name + "-batch-results.jsonl"));
  }

  /** What is done with would fill the disk in ten minutes. What is still written stays. */
  private void sweep() throws IOException {
    for (String name : new String[] {"outbox", "archive", "failed"}) {
      Path done = folder.resolve(name);
      if (Files.isDirectory(done)) {
        Files.walkFileTree(done, new Sweep());
      }
    }
  }

  private static final class Sweep extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (!file.getFileName().toString().startsWith(".")) {
        Files.deleteIfExists(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path gone, IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }
}
