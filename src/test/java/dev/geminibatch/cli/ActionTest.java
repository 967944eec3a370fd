package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ActionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--file|FILE",
        "--file --model --output --poll-interval --timeout --api-key --json|FILE",
        "--poll --output|POLL",
        "--list --state|LIST",
        "--clear --state --yes|CLEAR",
        "--sandbox --port --fault --tier --tokens|SANDBOX",
        "--quiet|DAEMON",
        "--media-root|DAEMON"
      })
  void options_that_go_together_are_taken(String given, Action action) {
    assertThat(Action.of(List.of(given.split(" ")))).isEqualTo(action);
  }

  @Test
  void nothing_is_the_daemon() {
    assertThat(Action.of(List.of())).isEqualTo(Action.DAEMON);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--file --list|--file and --list cannot be done at once; give one of them.",
        "--list --output|--output does not go with --list; it goes with --file, --poll.",
        "--output|--output goes with --file, --poll; add that, or leave it out.",
        "--yes --delete|--yes does not go with --delete; it goes with --clear, --purge-files, --backup."
      })
  void options_that_make_no_sense_together_are_refused_with_what_does(
      String given, String message) {
    assertThatThrownBy(() -> Action.of(List.of(given.split(" "))))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--file extraction-batch-123.jsonl",
        "--poll batches/abc-123-xyz",
        "--list",
        "--list --state failed,cancelled",
        "--delete batches/abc-123-xyz",
        "--clear",
        "--file x --model gemini-3-flash-preview --output y --poll-interval 10000 --timeout 1440"
            + " --api-key k"
      })
  void every_command_line_of_the_script_is_understood(String arguments) {
    CommandLine.ParseResult parsed = new CommandLine(new Options()).parseArgs(arguments.split(" "));

    assertThat(Action.of(parsed.matchedOptions().stream().map(each -> each.longestName()).toList()))
        .isNotEqualTo(Action.DAEMON);
  }

  @Test
  void every_option_belongs_somewhere() {
    for (CommandLine.Model.OptionSpec option :
        new CommandLine(new Options()).getCommandSpec().options()) {
      boolean known =
          Arrays.stream(Action.values()).anyMatch(action -> takes(action, option.longestName()));
      assertThat(known).as(option.longestName()).isTrue();
    }
  }

  private static boolean takes(Action action, String option) {
    String own = "--" + action.name().toLowerCase().replace('_', '-');
    try {
      Action.of(
          action == Action.DAEMON || own.equals(option) ? List.of(option) : List.of(own, option));
      return true;
    } catch (UsageException e) {
      return false;
    }
  }
}
