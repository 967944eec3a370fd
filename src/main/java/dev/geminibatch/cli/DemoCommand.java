package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.management.HealthChecks;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.wiring.ServiceFactory;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code --demo}: the whole way, in a folder of its own, with the sandbox in place of the service.
 */
final class DemoCommand {
  private static final List<String> EXPORTS =
      List.of(
          "extraction-batch-1700000000000.jsonl", "correction-1-3.jsonl", "validation-1-3.jsonl");
  private static final List<String> MEDIA =
      List.of("lexicon/page 1.jpg", "lexicon/page 2.jpg", "lexicon/page 3.jpg");

  private static final Duration JOB_TIME = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private final Session session;

  DemoCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    Path folder = freshFolder();
    try (Sandbox sandbox = Sandbox.start(0, JOB_TIME, session.clock())) {
      Settings settings = settings(folder, sandbox);
      for (String file : MEDIA) {
        copy("media/" + file, settings.uploads().mediaRoot().resolve(file));
      }
      DaemonCommand.makeFolders(settings);
      try (Workspace workspace =
              session.workspace(settings, new ServiceFactory(session.retries()));
          Beans beans = new Beans(workspace, Progress.none(), run -> true);
          Pipeline pipeline = Pipeline.start(settings, beans, session.properties(), true);
          HealthChecks checks = DaemonCommand.healthChecks(session, workspace, beans)) {
        DemoWindow window = new DemoWindow(session.terminal());
        window.serve(
            pipeline,
            checks,
            DaemonCommand.window(
                session,
                beans,
                pipeline,
                new DaemonOutlook(workspace, beans, checks),
                DemoWindow.ANYWHERE));
        if (session.options().open) {
          window.open();
        }
        for (String export : EXPORTS) {
          drop(export, settings.folders().inbox());
        }
        int code = tell(folder, awaitRuns(workspace.ledger()));
        if (Training.isAsked()) {
          Training.run();
        }
        if (session.options().keep) {
          window.keep(System.in);
        }
        return code;
      }
    }
  }

  private static Path freshFolder() throws IOException {
    for (int n = 1; ; n++) {
      Path folder = Path.of(n == 1 ? "demo" : "demo-" + n);
      if (!Files.exists(folder)) {
        return Files.createDirectories(folder);
      }
    }
  }

  private Settings settings(Path folder, Sandbox sandbox) {
    Map<String, String> values = new HashMap<>();
    values.put("gemini.base-url", sandbox.baseUrl().toString());
    values.put("gemini.api-key", "demo");
    values.put("poll.interval", "500ms");
    values.put("inbox.settle-time", "200ms");
    values.put("routes.directory", session.settings().routes().folder().toString());
    values.put("media.root", "media");
    values.put("prices.file", session.settings().costs().prices().toString());
    return Settings.of(PropertySources.read(values, Map.of(), List.of()), folder, folder);
  }

  /** As a careful program drops a file: under another name, renamed when it is complete. */
  private void drop(String export, Path inbox) throws IOException {
    Path part = inbox.resolve(export + ".part");
    copy(export, part);
    Files.move(part, inbox.resolve(export));
    session.terminal().tell("Dropped " + export + " into " + inbox);
  }

  private static void copy(String resource, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    try (InputStream in = DemoCommand.class.getResourceAsStream("/demo/" + resource)) {
      Files.copy(in, target);
    }
  }

  private List<Run> awaitRuns(Ledger ledger) throws InterruptedException {
    Instant until = session.clock().instant().plus(LONGEST);
    while (true) {
      List<Run> runs = ledger.queries().recent(EXPORTS.size());
      boolean finished =
          runs.size() == EXPORTS.size() && runs.stream().allMatch(run -> run.state().isFinished());
      if (finished || session.clock().instant().isAfter(until)) {
        return runs;
      }
      Thread.sleep(100);
    }
  }

  private int tell(Path folder, List<Run> runs) {
    boolean good =
        runs.size() == EXPORTS.size()
            && runs.stream()
                .allMatch(
                    run ->
                        run.state() == RunState.DELIVERED
                            && run.counts().requests() == run.counts().answered());
    if (session.options().json) {
      ObjectNode document = JsonNodeFactory.instance.objectNode();
      document.put("folder", folder.toAbsolutePath().toString());
      runs.forEach(
          run ->
              document
                  .withArray("runs")
                  .addObject()
                  .put("input", run.name())
                  .put("requests", run.counts().requests())
                  .put("answered", run.counts().answered())
                  .put("results", run.output().map(Path::toString).orElse(null)));
      session.terminal().printJson(document);
    } else {
      runs.forEach(run -> session.terminal().print(answered(run)));
    }
    session
        .terminal()
        .tell(
            good
                ? "No model was asked: the answers are made up and say what they were made from."
                    + " Look into "
                    + folder
                    + ": inputs in archive, answers and reports in outbox."
                : "The demo did not work; the log above says why.");
    return good ? ExitCode.OK : ExitCode.FAILED;
  }

  private static String answered(Run run) {
    return Amounts.count(run.counts().answered())
        + " of "
        + Amounts.count(run.counts().requests())
        + " requests answered: "
        + run.output().map(DemoCommand::shown).orElse(run.name());
  }

  private static String shown(Path file) {
    return Path.of("").toAbsolutePath().relativize(file).toString();
  }
}
