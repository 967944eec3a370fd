package dev.geminibatch.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options as they are typed. What they mean together, {@link Action} knows. */
@Command(
    name = "gemini-batch",
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Runs a JSONL file of Gemini requests through the Batch API, at half the price.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = {
      "java -jar gemini-batch.jar [command] [options]",
      "Without a command it watches the inbox folder until stopped.",
    },
    optionListHeading = "%n",
    footer = {
      "",
      "The API key comes from GEMINI_API_KEY, API_KEY or GOOGLE_API_KEY.",
      "All settings are described in config/application.properties.",
      "",
      "Exit codes: 0 all lines answered, 1 failed and nothing delivered, 2 wrong usage",
      "or configuration, or the service refuses the account, 3 delivered but some or all",
      "lines have no answer, 4 timed out while the job is still running, 70 ended by an",
      "error such as too little memory, 130 interrupted and resumable.",
      "",
      "Try it without a key:  java -jar gemini-batch.jar --demo",
    })
final class Options {
  // What to do: one of these.

  @Option(
      names = "--file",
      paramLabel = "F",
      description = "Run one file now, wait, and write its answers.")
  Path file;

  @Option(
      names = "--poll",
      paramLabel = "JOB",
      description = "Wait for a job (batches/x or x) and download its answers.")
  String poll;

  @Option(names = "--list", description = "List the service's jobs.")
  boolean list;

  @Option(names = "--cancel", paramLabel = "JOB", description = "Cancel a job.")
  String cancel;

  @Option(
      names = "--delete",
      paramLabel = "JOB",
      description = "Delete a job; a live job is cancelled first.")
  String delete;

  @Option(
      names = "--clear",
      description = "Cancel and delete all pending and running jobs, or those of --state.")
  boolean clear;

  @Option(
      names = "--status",
      arity = "0..1",
      paramLabel = "RUN",
      fallbackValue = "",
      description =
          "Show our own runs and their jobs, also while the daemon runs. With RUN"
              + " (an id, its beginning, or a file's name): show its report.")
  String status;

  @Option(
      names = "--pause",
      paramLabel = "RUN",
      description =
          "Send nothing more of a run (an id, its beginning, or a file's name) until it is"
              + " resumed. Its open jobs continue.")
  String pause;

  @Option(names = "--resume", paramLabel = "RUN", description = "Resume a run that is paused.")
  String resume;

  @Option(
      names = "--cancel-run",
      paramLabel = "RUN",
      description = "Cancel a run with its jobs; what is answered is delivered.")
  String cancelRun;

  @Option(
      names = "--priority",
      arity = "2",
      paramLabel = "RUN N",
      hideParamSyntax = true,
      description = "Give a run the priority N, 1 to 9, among those that wait. Default: 5.")
  List<String> priority;

  @Option(
      names = "--files",
      description = "List our uploads with age and size, and the project's storage.")
  boolean files;

  @Option(names = "--purge-files", description = "Delete our uploads that no unfinished run needs.")
  boolean purgeFiles;

  @Option(
      names = "--backup",
      paramLabel = "FILE",
      description =
          "Copy the ledger into FILE and the files of unfinished runs into FILE.files, also while"
              + " the daemon runs.")
  Path backup;

  @Option(
      names = "--move-ledger",
      paramLabel = "URL",
      description =
          "Move the ledger to a PostgreSQL database (jdbc:postgresql://HOST/DB, with ledger.user and"
              + " ledger.password-file) or, with sqlite as URL, from that of ledger.url back into"
              + " the state folder. Stop the daemon first.")
  String moveLedger;

  @Option(
      names = "--drain",
      arity = "0..1",
      paramLabel = "MEMBER",
      fallbackValue = "",
      description =
          "With several daemons on one ledger: let the one of this name, or the one of this"
              + " machine, hand over its runs and end; wait for it.")
  String drain;

  @Option(
      names = "--check",
      description =
          "Check settings, folders, key, service, clock, disk, ledger and routes, and say what"
              + " to fix. Exit code 2 if anything must be.")
  boolean check;

  @Option(
      names = "--warm",
      description =
          "Make the class archive, with which bin/gemini-batch starts in about half the time. The"
              + " daemon makes it by itself. Goes with no other option.")
  boolean warm;

  @Option(names = "--demo", description = "Run sample exports against the sandbox. Needs no key.")
  boolean demo;

  @Option(names = "--open", description = "Show the window of --demo in your browser.")
  boolean open;

  @Option(
      names = "--keep",
      description = "Leave --demo up, with its window, until Enter or Ctrl-C.")
  boolean keep;

  @Option(
      names = "--sandbox",
      description = "Serve a local stand-in for the service until stopped.")
  boolean sandbox;

  // How to do it.

  @Option(
      names = "--model",
      paramLabel = "M",
      description = "Model for lines that name none. Default: gemini.model.")
  String model;

  @Option(
      names = "--display",
      paramLabel = "N",
      description = "With --file: name of the job in listings. Default: the file's name.")
  String display;

  @Option(
      names = "--output",
      paramLabel = "O",
      description =
          "With --file or --poll: the results file. Default: F without .jsonl,"
              + " with -batch-results.jsonl, in the working directory. Errors and report"
              + " are written beside it.")
  Path output;

  @Option(
      names = "--poll-interval",
      paramLabel = "MS",
      description = "Milliseconds between two polls of the job. Default: 10000.")
  Long pollInterval;

  @Option(
      names = "--timeout",
      paramLabel = "MIN",
      description = "Minutes to wait for the job. Default: 1440. The job itself continues.")
  Long timeout;

  @Option(
      names = "--force",
      description = "With --file: pay again, even if the same content was answered before.")
  boolean force;

  @Option(
      names = "--dry-run",
      description =
          "With --file: check every line and file, estimate tokens and cost, and"
              + " send nothing.")
  boolean dryRun;

  @Option(
      names = "--state",
      paramLabel = "S",
      description =
          "With --list or --clear: only jobs in these states, for example" + " failed,cancelled.")
  String state;

  @Option(
      names = "--yes",
      description = "With --clear, --purge-files or --backup: do not ask for confirmation.")
  boolean yes;

  @Option(
      names = "--no-fetch",
      description =
          "With --delete or --clear: do not fetch answers first that have not been fetched.")
  boolean noFetch;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "With --sandbox: the port. Default: 8090.")
  Integer port;

  @Option(
      names = "--fault",
      paramLabel = "R",
      description =
          "With --sandbox, repeatable: a rule of misbehaviour, for example"
              + " \"batch-create lost-answer times=2\".")
  List<String> faults = List.of();

  @Option(
      names = "--tier",
      paramLabel = "T",
      description =
          "With --sandbox: the service's limits of enqueued tokens for tier 1, 2 or 3. Default: none.")
  String tier;

  @Option(
      names = "--tokens",
      paramLabel = "Q",
      description =
          "With --sandbox, repeatable: a limit of enqueued tokens, for example"
              + " gemini-2.5-pro=1000000.")
  List<String> tokens = List.of();

  @Option(
      names = "--api-key",
      paramLabel = "K",
      description =
          "API key to use instead of the one in the environment. Other users see it in the"
              + " list of processes, and the shell remembers it: better use GEMINI_API_KEY or"
              + " gemini.api-key-file.")
  String apiKey;

  @Option(
      names = "--media-root",
      paramLabel = "D",
      description =
          "Folder that [[FILE:path]] starts from. Default: the working directory"
              + " for --file, media for the daemon.")
  Path mediaRoot;

  @Option(
      names = "--profile",
      paramLabel = "P",
      description =
          "Use the settings, key and folders of this profile (profile.P.* in the"
              + " configuration).")
  String profile;

  @Option(
      names = "--config",
      paramLabel = "F",
      description =
          "Settings file that overrides config/application.properties; read"
              + " instead of config/local.properties.")
  Path config;

  @Option(names = "--json", description = "Print one JSON document on standard output.")
  boolean json;

  @Option(names = "--quiet", description = "Print only warnings and errors.")
  boolean quiet;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  boolean help;

  @Option(names = "--version", versionHelp = true, description = "Show the version.")
  boolean version;

  Optional<Path> ownConfig() {
    return Optional.ofNullable(config);
  }
}
