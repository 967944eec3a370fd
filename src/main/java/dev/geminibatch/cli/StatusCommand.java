package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.LedgerDatabase;
import dev.geminibatch.report.Report;
import dev.geminibatch.report.ReportText;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.settings.Profiles;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** {@code --status}: what the ledger knows, also while the daemon runs. */
final class StatusCommand {
  private static final int MOST_RUNS = 200;

  private final Session session;

  StatusCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException {
    try (LedgerDatabase database = LedgerDatabase.open(session.settings().folders().state())) {
      Ledger ledger = new Ledger(database, session.clock());
      if (!session.options().status.isEmpty()) {
        return printReport(ledger, session.options().status);
      }
      List<Run> runs = ledger.recent(MOST_RUNS);
      if (session.options().json) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document
            .putArray("runs")
            .addAll(runs.stream().map(run -> json(run, ledger.jobs(run.id()))).toList());
        session.terminal().print(document.toPrettyString());
      } else {
        print(runs, ledger);
      }
      return ExitCode.OK;
    }
  }

  /** Takes a run's id, or the name of a file for its last run. */
  private int printReport(Ledger ledger, String name) throws IOException {
    Run run =
        ledger
            .find(name)
            .or(() -> ledger.lastOf(name))
            .orElseThrow(
                () -> new UsageException("There is no run \"" + name + "\"; --status lists them."));
    Report report =
        new Reports(
                ledger,
                session.settings(),
                Prices.read(session.settings().costs().prices()),
                session.clock())
            .of(run);
    if (session.options().json) {
      session.terminal().print(new ObjectMapper().valueToTree(report).toPrettyString());
      return ExitCode.OK;
    }
    boolean failed = run.state() == RunState.FAILED;
    List<String> lines = failed ? List.of(run.name() + ": failed") : ReportText.lines(report);
    lines.forEach(session.terminal()::print);
    session.terminal().print("  run " + run.id() + ": " + lower(run.state()));
    run.reason().ifPresent(reason -> session.terminal().print("  why: " + reason));
    if (!failed) {
      run.output().ifPresent(output -> session.terminal().print("  results: " + output));
    }
    return ExitCode.OK;
  }

  private void print(List<Run> runs, Ledger ledger) {
    if (runs.isEmpty()) {
      session.terminal().print("No runs yet.");
      return;
    }
    Table table = new Table("RUN", "STATE", "REQUESTS", "ANSWERED", "FILE", "NOTE");
    for (Run run : runs) {
      table.row(
          run.id(),
          lower(run.state()),
          run.counts().requests(),
          run.counts().answered(),
          run.profile().equals(Profiles.DEFAULT) ? run.name() : run.profile() + "/" + run.name(),
          note(run, ledger.jobs(run.id())));
    }
    table.lines().forEach(session.terminal()::print);
  }

  private static String note(Run run, List<Job> jobs) {
    if (run.reason().isPresent()) {
      return run.reason().get().lines().findFirst().orElse("");
    }
    if (run.leader().isPresent()) {
      return "same content as run " + run.leader().get();
    }
    return String.join(
        ", ",
        jobs.stream()
            .map(job -> job.name().orElse("job " + job.number()) + " " + state(job))
            .toList());
  }

  private static String state(Job job) {
    return job.remoteState().map(RemoteJobState::word).orElse(lower(job.state()));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode json(Run run, List<Job> jobs) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("run", run.id());
    json.put("input", run.source().toString());
    json.put("state", lower(run.state()));
    json.put("reason", run.reason().orElse(null));
    json.put("answeredBy", run.leader().orElse(null));
    json.put("requests", run.counts().requests());
    json.put("answered", run.counts().answered());
    json.put("output", run.output().map(Object::toString).orElse(null));
    json.put("received", run.created().toString());
    for (Job job : jobs) {
      ObjectNode each = json.withArray("jobs").addObject();
      each.put("name", job.name().orElse(null));
      each.put("model", job.model());
      each.put("state", state(job));
      each.put("requests", job.requests());
      each.put("answered", job.answered());
      each.put("reason", job.reason().orElse(null));
    }
    return json;
  }
}
