package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The manual page and the completions as the tools that read them see them. */
@DisabledOnOs(OS.WINDOWS)
class ManualTest {
  @TempDir static Path folder;

  @BeforeAll
  static void write() throws IOException {
    Manual.main(new String[] {"src/dist/gemini-batch.1", "1.2.3", folder.toString()});
    Files.writeString(folder.resolve("two words.jsonl"), "");
    Files.createDirectories(folder.resolve("sub"));
  }

  @Test
  void the_page_describes_every_option() throws Exception {
    assumeThat(hasTool("man")).as("man is installed").isTrue();

    Said page = run("MANWIDTH=200 LC_ALL=C.UTF-8 man -l --warnings -Tutf8 gemini-batch.1");

    assertThat(page.err()).isEmpty();
    String text = page.out().replaceAll(".\b", "").replaceAll("\u001b\\[[\\d;]*m", "");
    assertThat(text).contains("1.2.3", "EXIT STATUS");
    for (OptionSpec option : new CommandLine(new Options()).getCommandSpec().options()) {
      assertThat(text).containsPattern("(?m)^ +\\Q" + option.longestName() + "\\E\\b");
    }
    assertThat(text).containsPattern("(?m)^ +--file F$").containsPattern("--status \\[RUN\\]");
  }

  @Test
  void bash_completes_options() throws Exception {
    assertThat(bash("--dr")).containsExactlyInAnyOrder("--dry-run", "--drain");
    assertThat(bash("--po")).containsExactlyInAnyOrder("--poll", "--poll-interval", "--port");
  }

  @Test
  void bash_completes_names_of_files_with_spaces_where_an_option_takes_one() throws Exception {
    assertThat(bash("--file", "two")).containsExactly("two words.jsonl");
    assertThat(bash("--config", "s")).containsExactly("sub");
    assertThat(bash("--poll", "two")).isEmpty();
  }

  @Test
  void zsh_can_read_the_completion_for_bash() throws Exception {
    assumeThat(hasTool("zsh")).as("zsh is installed").isTrue();

    assertThat(run("zsh -f -c '. ./gemini-batch.bash && whence -w _complete_gemini-batch'"))
        .isEqualTo(new Said(0, "_complete_gemini-batch: function\n", ""));
  }

  @Test
  void zsh_offers_options_with_what_they_do_and_names_of_files() throws Exception {
    assumeThat(hasTool("zsh")).as("zsh is installed").isTrue();
    // Completion works at a terminal only: zpty is one.
    Files.writeString(
        folder.resolve("complete.zsh"),
        """
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell 'fpath=($PWD $fpath); autoload -U compinit && compinit -u -d $PWD/dump'
        zpty -w shell 'PS1=; unsetopt zle_bracketed_paste; LISTMAX=1000; print begin'
        zpty -r -m shell line '*begin*begin*'
        zpty -w -n shell "$1"$'\\t\\t'
        zpty -r -m shell line "*$2*" && print -r -- "$line"
        zpty -d shell
        """);

    String options = run("timeout 20 zsh -f complete.zsh 'gemini-batch --dry' 'run'").out();
    String files = run("timeout 20 zsh -f complete.zsh 'gemini-batch --file two' 'jsonl'").out();

    assertThat(options).contains("--dry-run");
    assertThat(files).contains("two\\ words.jsonl");
  }

  private static List<String> bash(String... words) throws Exception {
    List<String> quoted = new ArrayList<>(List.of("gemini-batch"));
    for (String word : words) {
      quoted.add("'" + word + "'");
    }
    Said said =
        run(
            "bash --norc -c '. ./gemini-batch.bash; COMP_WORDS=("
                + String.join(" ", quoted).replace("'", "\"")
                + "); COMP_CWORD="
                + words.length
                + "; compopt() { :; }; _complete_gemini-batch; printf \"%s\\n\" \"${COMPREPLY[@]}\"'");
    assertThat(said.err()).isEmpty();
    return said.out().lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }

  private static boolean hasTool(String name) throws Exception {
    return run("command -v " + name).exit() == 0;
  }

  private record Said(int exit, String out, String err) {}

  private static Said run(String command) throws Exception {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int exit = process.waitFor();
    return new Said(
        exit,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
