package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An Error ends the packaged program, and the run that it came from is in the end held. */
@Tag("process")
class ErrorsTest {
  private static final int SOFTWARE = 70;

  /** Needs more memory than there is, or sleeps, for lines that say so. */
  private static final String ROUTE =
      """
      - route:
          id: mine
          from:
            uri: direct:mine
            steps:
              - filter:
                  simple: ${body} contains 'BOOM'
                  steps:
                    - setBody:
                        simple: ${body.toString().repeat(20000000)}
              - filter:
                  simple: ${body} contains 'SLEEP'
                  steps:
                    - delay:
                        constant: 3600000
      """;

  @TempDir Path folder;
  private Sandbox sandbox;
  private RealJar jar;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ofMillis(300), Clock.systemUTC());
    jar =
        new RealJar(folder, sandbox.baseUrl())
            .memory("-Xmx96m")
            .with("ROUTES_EXTRA", Files.createDirectories(folder.resolve("mine")).toString())
            .with("STAGE_EACH_LINE", "direct:mine");
    Files.writeString(folder.resolve("mine/mine.camel.yaml"), ROUTE);
    Files.createDirectories(folder.resolve("inbox"));
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void out_of_memory_twice_ends_the_daemon_twice_and_then_the_run_is_held() throws Exception {
    drop("bad.jsonl", "BOOM");
    RealJar.Result first = jar.start().result();

    assertThat(first.exit()).as(first.err()).isEqualTo(SOFTWARE);
    assertThat(first.err())
        .containsPattern(
            "ERROR Out of memory in the stage change of bad.jsonl \\(run \\S+\\).*-Xmx");

    List<String> good = IntStream.range(0, 10).mapToObj(i -> "good-" + i).toList();
    for (String name : good) {
      drop(name + ".jsonl", name);
    }
    RealJar.Running second = jar.start();
    assertThat(second.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.process().exitValue()).isEqualTo(SOFTWARE);
    assertThat(Files.readString(second.err())).contains("bad.jsonl: tried alone");
    for (String name : good) {
      drop(name + "-later.jsonl", name + " later");
    }

    RealJar.Running third = jar.start();
    await()
        .atMost(Duration.ofSeconds(120))
        .until(() -> good.stream().allMatch(name -> delivered(name) && delivered(name + "-later")));
    assertThat(third.stop().exit()).isEqualTo(143);
    assertThat(status())
        .contains("Java ran out of memory", "tried once more", "It is held", "-Xmx");

    jar.memory("-Xmx128m");
    RealJar.Result withMore = jar.start().result();
    assertThat(withMore.exit()).isEqualTo(SOFTWARE);
    assertThat(withMore.err()).contains("1 held run tried once more");
    jar.start().says("Ready").stop();
    assertThat(status()).contains("It is held");
  }

  @Test
  void one_file_that_needs_too_much_memory_ends_the_command_with_the_same_code() throws Exception {
    Path file = Files.writeString(folder.resolve("bad.jsonl"), nativeLine("1", "BOOM"));

    RealJar.Result run = jar.run("--file", file.toString(), "--poll-interval", "100");

    assertThat(run.exit()).as(run.err()).isEqualTo(SOFTWARE);
    assertThat(run.err()).contains("Out of memory in the stage change of bad.jsonl");
    assertThat(run.err()).doesNotContain("\tat ");
  }

  @Test
  void runs_that_hang_in_a_users_route_take_no_workers_from_others() throws Exception {
    jar.with("RUN_STUCK_AFTER", "10s").with("RUN_CONCURRENCY", "2");
    drop("hang-1.jsonl", "SLEEP 1");
    drop("hang-2.jsonl", "SLEEP 2");
    RealJar.Running daemon = jar.start().says("hang-2.jsonl: received");
    for (int i = 0; i < 10; i++) {
      drop("good-" + i + ".jsonl", "good " + i);
    }

    await()
        .atMost(Duration.ofSeconds(120))
        .until(() -> IntStream.range(0, 10).allMatch(i -> delivered("good-" + i)));

    // Others need not wait until these are given up.
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(status()).contains("No progress for 10 s in the route mine"));
    daemon.stop();
  }

  private boolean delivered(String name) {
    return Files.exists(folder.resolve("outbox/" + name + "-batch-results.jsonl"));
  }

  private String status() throws Exception {
    return jar.run("--status").out();
  }

  private void drop(String name, String text) throws IOException {
    Path part = Files.writeString(folder.resolve("inbox/" + name + ".part"), nativeLine("1", text));
    Files.move(part, folder.resolve("inbox/" + name), StandardCopyOption.ATOMIC_MOVE);
  }
}
