package dev.geminibatch.cli;

import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.NameEncoding;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.logging.Logs;
import dev.geminibatch.run.LeaseLost;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reads the command line, does what it says, and ends with an exit code. */
public final class CommandLineInterface {
  private static final Logger LOG = LoggerFactory.getLogger("command");

  private final Terminal terminal;
  private final Map<String, String> environment;

  private final Ending ending;

  private CommandLineInterface(Terminal terminal, Map<String, String> environment, Ending ending) {
    this.terminal = terminal;
    this.environment = environment;
    this.ending = ending;
  }

  /**
   * Does what the arguments say.
   *
   * @return the exit code
   */
  public static int run(String[] arguments) {
    Terminal terminal = Terminal.ofProcess();
    Ending ending = new Ending(terminal, Runtime.getRuntime()::halt);
    return new CommandLineInterface(terminal, System.getenv(), ending).execute(arguments);
  }

  private int execute(String[] arguments) {
    Options options = new Options();
    CommandLine parser = new CommandLine(options);
    parser.registerConverter(Long.class, text -> wholeNumber(text));
    parser.registerConverter(Integer.class, text -> Math.toIntExact(wholeNumber(text)));
    try {
      ParseResult parsed = parser.parseArgs(arguments);
      if (parsed.isUsageHelpRequested()) {
        terminal.printDocument(usage(parser));
        return ExitCode.OK;
      }
      if (parsed.isVersionHelpRequested()) {
        terminal.print("gemini-batch " + version().orElse("(not packaged)"));
        return ExitCode.OK;
      }
      return execute(List.of(arguments), options, names(parsed));
    } catch (ParameterException e) {
      terminal.tellError(
          unnamable(e)
              .orElseGet(
                  () ->
                      withoutKey(e.getMessage(), arguments)
                          + hint(e)
                          + " See --help for all options."));
      return ExitCode.USAGE;
    } catch (UsageException e) {
      terminal.tellError(e.getMessage());
      return ExitCode.USAGE;
    } catch (ServiceFailure e) {
      terminal.tellError(
          e.kind() == Kind.NOT_FOUND
              ? e.getMessage() + ". --list shows the existing jobs."
              : e.getMessage());
      return e.isAccount() ? ExitCode.USAGE : ExitCode.FAILED;
    } catch (IOException e) {
      terminal.tellError(message(e));
      return ExitCode.FAILED;
    } catch (InterruptedException e) {
      terminal.tell("Stopped.");
      return ExitCode.INTERRUPTED;
    } catch (InvalidPathException e) {
      terminal.tellError(
          e.getInput()
              + " is not a file name; "
              + NameEncoding.remedy().orElse("write another one")
              + ".");
      return ExitCode.USAGE;
    } catch (RuntimeException e) {
      return unexpected(e);
    } catch (Error e) {
      ending.check(e);
      return ExitCode.ERROR;
    }
  }

  private int unexpected(RuntimeException e) {
    ending.check(e);
    Optional<String> damage = Ledger.damage(e);
    if (damage.isPresent()) {
      terminal.tellError(damage.get());
      return ExitCode.USAGE;
    }
    Optional<String> away = Ledger.away(e);
    if (away.isPresent()) {
      terminal.tellError("The ledger cannot be used now: " + away.get());
    } else if (LeaseLost.isCause(e)) {
      terminal.tellError(
          "This process stood still for so long that others may have taken over what it worked on;"
              + " --status shows that. Start the command again. ("
              + e.getMessage()
              + ")");
    } else {
      LOG.error("Unexpected error; please report it", e);
    }
    return ExitCode.FAILED;
  }

  private int execute(List<String> arguments, Options options, List<String> names)
      throws IOException, InterruptedException {
    Action action = Action.of(names);
    if (action == Action.CHECK) {
      new Logs(terminal, false, LogLevel.WARN, null).start();
      return new CheckCommand(terminal, options, environment, commandLine(options)).run();
    }
    if (action == Action.WARM) {
      throw new UsageException(
          "--warm is done by bin/gemini-batch of an installation, as its only option.");
    }
    Session session = session(arguments, options, action);
    return switch (action) {
      case FILE -> new FileCommand(session).run();
      case POLL -> new PollCommand(session).run();
      case LIST, CANCEL, DELETE, CLEAR -> new MaintenanceCommand(session).run(action);
      case FILES, PURGE_FILES -> new FilesCommand(session).run(action);
      case STATUS -> new StatusCommand(session).run();
      case PAUSE, RESUME, CANCEL_RUN, PRIORITY -> new ControlCommand(session).run(action);
      case DRAIN -> new DrainCommand(session).run();
      case BACKUP -> new BackupCommand(session).run();
      case MOVE_LEDGER -> new MoveLedgerCommand(session).run();
      case CHECK, WARM -> throw new IllegalStateException("It is done without a session");
      case DEMO -> new DemoCommand(session).run();
      case SANDBOX -> new SandboxCommand(session).run();
      case DAEMON -> new DaemonCommand(session).run();
    };
  }

  private Session session(List<String> arguments, Options options, Action action) {
    Logs logs =
        new Logs(
            terminal,
            action == Action.DAEMON || action == Action.SANDBOX,
            options.quiet ? LogLevel.WARN : LogLevel.TRACE,
            version().orElse(null));
    logs.start();
    ending.install();
    if (options.config != null && !Files.isReadable(options.config)) {
      throw new UsageException("--config names " + options.config + ", which cannot be read.");
    }
    Home home = Home.find();
    PropertySources properties =
        PropertySources.read(
            commandLine(options), environment, home.configFiles(options.ownConfig()));
    MoveLedgerCommand.requireUser(options, properties);
    logs.use(Settings.log(properties, home.places()));
    terminal.recordIn(logs::record);
    Path mediaRoot =
        action == Action.FILE ? Path.of("").toAbsolutePath() : home.work().resolve("media");
    Settings settings = Settings.of(properties, home.places(), mediaRoot);
    if (options.profile != null) {
      settings = settings.profiles().of(options.profile);
    }
    properties.doubts().forEach(LOG::warn);
    SecretFiles.check(properties.secretFiles());
    if (options.apiKey != null) {
      LOG.warn(
          "Other users of this machine can see the key of --api-key in the list of processes; use"
              + " GEMINI_API_KEY or gemini.api-key-file");
    }
    return new Session(
        arguments,
        options,
        home.program(),
        settings,
        properties.ofFiles(),
        RetryPolicy.standard(),
        terminal,
        logs,
        ending,
        Clock.systemDefaultZone());
  }

  /** Options that are settings, by their keys. */
  private static Map<String, String> commandLine(Options options) {
    Map<String, String> values = new HashMap<>();
    if (options.apiKey != null) {
      values.put("gemini.api-key", options.apiKey);
    }
    if (options.moveLedger != null && MoveLedgerCommand.isServer(options.moveLedger)) {
      values.put("ledger.url", options.moveLedger); // as if it were there already
    }
    if (options.model != null) {
      values.put("gemini.model", options.model);
    }
    if (options.mediaRoot != null) {
      values.put("media.root", options.mediaRoot.toAbsolutePath().toString());
    }
    if (options.pollInterval != null) {
      values.put("poll.interval", positive("--poll-interval", options.pollInterval) + "ms");
    }
    if (options.timeout != null) {
      values.put("job.timeout", positive("--timeout", options.timeout) + "m");
    }
    return values;
  }

  /** A misspelt option may bring its key into the message about it. */
  private static String withoutKey(String message, String[] arguments) {
    String redacted = message;
    for (int i = 0; i < arguments.length; i++) {
      String[] option = arguments[i].split("=", 2);
      if (option[0].matches("(?i)--?[a-z_-]*(key|api)[a-z_-]*")) {
        String key =
            option.length == 2 ? option[1] : i + 1 < arguments.length ? arguments[i + 1] : "";
        redacted = redacted.replaceAll(alone(key), "[key]");
      }
    }
    return redacted;
  }

  /** A short key may be a part of a word. */
  private static String alone(String key) {
    String quoted = Pattern.quote(key);
    return key.isEmpty() ? "(?!)" : key.length() < 8 ? "(?<![\\w-])" + quoted + "(?!\\w)" : quoted;
  }

  private static long wholeNumber(String text) {
    if (!text.matches("-?\\d{1,9}")) {
      throw new TypeConversionException("\"" + text + "\" is not a whole number");
    }
    return Long.parseLong(text);
  }

  private static long positive(String option, long value) {
    if (value < 1) {
      throw new UsageException(option + " is " + value + "; write at least 1.");
    }
    return value;
  }

  private static List<String> names(ParseResult parsed) {
    return parsed.matchedOptions().stream().map(option -> option.longestName()).toList();
  }

  /** An argument that is the name of a file, in a locale that does not have its letters. */
  private static Optional<String> unnamable(ParameterException e) {
    boolean isName = e.getMessage().contains(InvalidPathException.class.getSimpleName());
    return isName
        ? NameEncoding.remedy()
            .map(remedy -> e.getMessage().split(": cannot", 2)[0] + ": " + remedy + ".")
        : Optional.empty();
  }

  private static String hint(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().get(0);
      List<String> similar = new ArrayList<>(unmatched.getSuggestions());
      DidYouMean.to(first, similar)
          .ifPresent(
              nearest -> {
                similar.remove(nearest);
                similar.add(0, nearest); // the library goes by letters in common
              });
      if (!similar.isEmpty()) {
        return ". Did you mean " + String.join(" or ", similar) + "?";
      }
      if (!first.startsWith("-")) {
        return ". To run a file, write --file " + first + ".";
      }
    }
    return ".";
  }

  private static String message(IOException e) {
    if (e instanceof FileSystemException problem) {
      String reason = problem.getReason();
      String what = reason == null ? problem.getClass().getSimpleName() : reason;
      return problem.getFile() + ": " + what;
    }
    return String.valueOf(e.getMessage());
  }

  /** With the command as it was typed. */
  private static String usage(CommandLine parser) {
    String text = parser.getUsageMessage().stripTrailing();
    return Program.isLaunched() ? text.replace("java -jar gemini-batch.jar", Program.name()) : text;
  }

  /** The version of the program; empty if it is not packaged. */
  static Optional<String> version() {
    return Optional.ofNullable(CommandLineInterface.class.getPackage().getImplementationVersion());
  }
}
