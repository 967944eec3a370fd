package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.logging.Logs;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.wiring.ServiceFactory;
import dev.geminibatch.wiring.Workspace;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * What every command works with.
 *
 * @param arguments as they were typed
 * @param home the folder of the program, with its routes and configuration
 * @param properties every key of the configuration files but secrets
 * @param ending of the process, after an Error
 */
record Session(
    List<String> arguments,
    Options options,
    Path home,
    Settings settings,
    Map<String, String> properties,
    RetryPolicy retries,
    Terminal terminal,
    Logs logs,
    Ending ending,
    Clock clock) {

  /** The command that resumes what this one began: the same, without the key. */
  String sameCommand() {
    StringBuilder command = new StringBuilder();
    Iterator<String> each = arguments.iterator();
    while (each.hasNext()) {
      String argument = each.next();
      if (argument.equals("--api-key")) {
        each.next();
      } else if (!argument.startsWith("--api-key=")) {
        command.append(command.isEmpty() ? "" : " ").append(quoted(argument));
      }
    }
    return Program.command(command.toString());
  }

  private static String quoted(String argument) {
    return argument.matches("[\\w./\\\\:=,@+-]+") ? argument : "\"" + argument + "\"";
  }

  /** What a command has found or done: with {@code --json} as a document, else as a sentence. */
  void print(JsonNode document, String sentence) {
    if (options.json) {
      terminal.printJson(document);
    } else {
      terminal.print(sentence);
    }
  }

  /** What a command works with that runs the pipeline; to be closed by whoever asks. */
  Workspace workspace() {
    return workspace(settings, new ServiceFactory(retries));
  }

  /** The same for a person who waits for one answer, while no run is worked on. */
  Workspace impatientWorkspace() {
    Workspace workspace = workspace(settings, new ServiceFactory(retries).impatient());
    workspace.worksOnNothing();
    return workspace;
  }

  /** The same with other settings. */
  Workspace workspace(Settings others, ServiceFactory services) {
    Workspace workspace = new Workspace(others, services, clock, ending);
    ending.watch(workspace.lastWords());
    return workspace;
  }
}
