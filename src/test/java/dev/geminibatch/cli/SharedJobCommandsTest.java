package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.logging.Logs;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.testkit.WorkshopTest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A person with a job that three runs share, while no daemon runs. */
class SharedJobCommandsTest extends WorkshopTest {
  private String job;
  private String told;
  private int exit;

  @BeforeEach
  void share() throws Exception {
    open("job.pack-wait=2s");
    for (int i = 0; i < 3; i++) {
      workshop.drop("x" + i + ".jsonl", nativeLine("a", "x " + i), nativeLine("b", "y " + i));
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                workshop.runs().size() == 3
                    && workshop.runs().stream().allMatch(run -> run.state() == RunState.SUBMITTED));
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
    job = workshop.workspace().connection().batches().allJobs().get(0).name();
    workshop.stop();
  }

  @AfterEach
  void startAgain() throws Exception {
    workshop.start(); // to be stopped
  }

  /** What a command prints for programs; what it says to a person is kept beside. */
  private String run(Command command, String... arguments) throws Exception {
    PropertySources sources =
        PropertySources.read(Map.of(), Map.of(), List.of(folder.resolve("local.properties")));
    Options options = new Options();
    new CommandLine(options).parseArgs(arguments);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(stream(out), stream(err), false, () -> 200);
    exit =
        command.run(
            new Session(
                List.of(arguments),
                options,
                folder,
                Settings.of(sources, folder, folder),
                sources.ofFiles(),
                new RetryPolicy(1, Duration.ZERO, time -> {}),
                terminal,
                new Logs(terminal, false, LogLevel.INFO, null),
                new Ending(terminal, code -> {}),
                Clock.systemUTC()));
    told = err.toString(StandardCharsets.UTF_8);
    return out.toString(StandardCharsets.UTF_8);
  }

  private interface Command {
    int run(Session session) throws Exception;
  }

  private static PrintStream stream(ByteArrayOutputStream out) {
    return new PrintStream(out, true, StandardCharsets.UTF_8);
  }

  private String control(String... arguments) throws Exception {
    return run(session -> new ControlCommand(session).run(Action.CANCEL_RUN), arguments);
  }

  private String poll(String... arguments) throws Exception {
    return run(session -> new PollCommand(session).run(), arguments);
  }

  @Test
  void polling_it_delivers_each_run_and_once_more_gives_each_its_part() throws Exception {
    workshop.sandbox().setJobTime(Duration.ZERO);

    assertThat(poll("--poll", job))
        .contains("x0-batch-results.jsonl", "x1-batch-results.jsonl", "x2-batch-results.jsonl");
    assertThat(exit).isEqualTo(ExitCode.OK);
    assertThat(told).contains("Resuming x0.jsonl").contains("Resuming x2.jsonl");
    for (int i = 0; i < 3; i++) {
      assertThat(keys(workshop.outbox().results("x" + i))).containsExactly("a", "b");
    }

    Path all = folder.resolve("all.jsonl");
    JsonNode again =
        new ObjectMapper().readTree(poll("--poll", job, "--output", all.toString(), "--json"));
    assertThat(again.path("job").asText()).isEqualTo(job);
    assertThat(again.path("answered").asInt()).isEqualTo(6);
    assertThat(again.path("results").asText()).isEqualTo(folder.resolve("all").toString());
    assertThat(again.path("runs")).hasSize(3);
    for (JsonNode run : again.path("runs")) {
      assertThat(run.path("answered").asInt()).isEqualTo(2);
      String input = Path.of(run.path("input").asText()).getFileName().toString();
      assertThat(Path.of(run.path("results").asText()))
          .hasSameTextualContentAs(
              folder.resolve("outbox").resolve(input.replace(".jsonl", "-batch-results.jsonl")));
    }
    assertThat(Files.exists(all)).isFalse();
  }

  @Test
  void a_run_that_is_cancelled_says_what_it_waits_for_and_how_to_end_it_now() throws Exception {
    assertThat(control("--cancel-run", "x1.jsonl"))
        .contains("is cancelled")
        .contains(job + ", shared with 2 other runs")
        .contains("--cancel-run ");
    assertThat(run(session -> new StatusCommand(session).run(), "--status", "x1.jsonl"))
        .contains("2 requests, shared with 2 other runs: pending")
        .contains("submitted, being cancelled, ends with " + job);

    assertThat(control("--cancel-run", "x1.jsonl")).contains("waits no more for the answers");
    assertThat(control("--cancel-run", "x1.jsonl")).contains("is being cancelled already");

    workshop.sandbox().setJobTime(Duration.ZERO);
    poll("--poll", job);
    assertThat(exit).isEqualTo(ExitCode.INCOMPLETE);
    assertThat(keys(workshop.outbox().results("x0"))).containsExactly("a", "b");
    assertThat(keys(workshop.outbox().results("x1"))).isEmpty();
    assertThat(keys(workshop.outbox().errors("x1"))).containsExactly("a", "b");
  }
}
