package dev.geminibatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The manual page, and what completes a command line in bash and zsh, made of the options. The
 * build calls it for the archive.
 */
public final class Manual {
  private static final String COMMAND = "gemini-batch";

  /** Where the options belong in the text of the manual page. */
  private static final String OPTIONS = ".\\\" OPTIONS\n";

  private static final String VERSION = "@VERSION@";

  private final List<OptionSpec> options;
  private final CommandLine commandLine;

  Manual(CommandLine commandLine) {
    this.commandLine = commandLine;
    this.options =
        commandLine.getCommandSpec().options().stream().filter(option -> !option.hidden()).toList();
  }

  /**
   * Writes all three.
   *
   * @param arguments the text of the manual page, the version, and the folder to write to
   */
  public static void main(String[] arguments) throws IOException {
    Manual manual = new Manual(new CommandLine(new Options()));
    Path folder = Files.createDirectories(Path.of(arguments[2]));
    String text = Files.readString(Path.of(arguments[0]));
    Files.writeString(folder.resolve(COMMAND + ".1"), manual.page(text, arguments[1]));
    Files.writeString(folder.resolve(COMMAND + ".bash"), manual.bash());
    Files.writeString(folder.resolve("_" + COMMAND), manual.zsh());
  }

  /**
   * The manual page in roff.
   *
   * @param text the page without options
   */
  String page(String text, String version) {
    String described = options.stream().map(Manual::described).collect(Collectors.joining());
    return text.replace(OPTIONS, described).replace(VERSION, roff(version));
  }

  private static String described(OptionSpec option) {
    return ".TP\n" + synopsis(option) + "\n" + roff(String.join(" ", option.description())) + "\n";
  }

  private static String synopsis(OptionSpec option) {
    String names = "\\fB" + roff(String.join(", ", option.names())) + "\\fR";
    String label = "\\fI" + roff(option.paramLabel()) + "\\fR";
    return option.arity().max() == 0
        ? names
        : names + " " + (option.arity().min() == 0 ? "[" + label + "]" : label);
  }

  /** A text that is not read as a command of roff. */
  private static String roff(String text) {
    String escaped = text.strip().replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }

  /** What bash reads; zsh can, too. */
  String bash() {
    return AutoComplete.bash(COMMAND, commandLine);
  }

  /** What zsh reads, with the descriptions. */
  String zsh() {
    return options.stream()
        .map(Manual::argument)
        .collect(
            Collectors.joining(" \\\n", "#compdef " + COMMAND + "\n\n_arguments -S \\\n", "\n"));
  }

  private static String argument(OptionSpec option) {
    String repeated = option.isMultiValue() ? "*" : "";
    String description =
        escaped(String.join(" ", option.description())).replace("[", "\\[").replace("]", "\\]");
    String value = "";
    if (option.arity().max() > 0) {
      boolean isPath = Path.class.equals(option.type());
      String optional = option.arity().min() == 0 ? "::" : ":";
      value = optional + escaped(option.paramLabel()) + ":" + (isPath ? "_files" : "");
    }
    String assigned = option.arity().max() > 0 ? "=" : "";
    return "  '"
        + repeated
        + option.longestName()
        + assigned
        + "["
        + description
        + "]"
        + value
        + "'";
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace(":", "\\:").replace("'", "'\\''");
  }
}
