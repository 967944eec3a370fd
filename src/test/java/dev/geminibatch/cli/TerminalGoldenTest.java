package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Golden.assertGolden;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.logging.Logs;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.testkit.SampleRuns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** What a person, or a program that asked for JSON, sees in a terminal. */
class TerminalGoldenTest {
  @TempDir private Path folder;

  @Test
  void the_help() throws IOException {
    CommandLine parser = new CommandLine(new Options()).setUsageHelpAutoWidth(false);

    assertGolden("help.txt", parser.getUsageMessage(Ansi.OFF));
  }

  @Test
  void the_runs_in_a_table() throws IOException {
    assertGolden("status.txt", status());
  }

  @Test
  void the_runs_for_programs() throws IOException {
    assertGolden("status.json", status("--json"));
  }

  @Test
  void one_run() throws IOException {
    assertGolden(
        "status-of-a-run.txt", status(SampleRuns.DELIVERED) + "\n" + status("failed.jsonl"));
  }

  @Test
  void one_run_for_programs() throws IOException {
    assertGolden("status-of-a-run.json", status("running.jsonl", "--json"));
  }

  /** The output of {@code --status} with more arguments. */
  private String status(String... more) throws IOException {
    Map<String, String> values = Map.of("gemini.api-key", "some-key");
    Settings settings =
        Settings.of(PropertySources.read(values, Map.of(), List.of()), folder, folder);
    Path state = settings.folders().state();
    if (!Files.exists(state)) {
      new SampleRuns(new StateFolder(state)).close();
    }
    Options options = new Options();
    List<String> arguments = new ArrayList<>(List.of("--status"));
    arguments.addAll(List.of(more));
    new CommandLine(options).parseArgs(arguments.toArray(String[]::new));
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(out, out, false, () -> 80);
    Session session =
        new Session(
            arguments,
            options,
            Path.of(""),
            settings,
            Map.of(),
            RetryPolicy.standard(),
            terminal,
            new Logs(terminal, false, LogLevel.INFO, null),
            new Ending(terminal, code -> {}),
            Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    assertThat(new StatusCommand(session).run()).isEqualTo(ExitCode.OK);
    return screen.toString(StandardCharsets.UTF_8);
  }
}
