package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.maintenance.AnswerRescue;
import dev.geminibatch.maintenance.JobView;
import dev.geminibatch.maintenance.Maintenance;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code --list}, {@code --cancel}, {@code --delete} and {@code --clear}. */
final class MaintenanceCommand {
  private final Session session;
  private final Options options;
  private final Terminal terminal;

  MaintenanceCommand(Session session) {
    this.session = session;
    this.options = session.options();
    this.terminal = session.terminal();
  }

  int run(Action action) throws IOException {
    session.settings().service().requireKey();
    if (options.state != null) {
      RemoteJobState.parseList(options.state);
    }
    try (Workspace workspace = session.impatientWorkspace()) {
      Maintenance maintenance =
          new Maintenance(
              () -> workspace.connection().batches(),
              job -> cancelling(workspace, job),
              AnswerRescue.forPerson(workspace, !options.noFetch, terminal::tell)::rescue);
      return switch (action) {
        case LIST -> list(maintenance);
        case CANCEL -> cancel(maintenance);
        case DELETE -> delete(maintenance);
        case CLEAR -> clear(maintenance);
        default -> throw new IllegalArgumentException(action.name());
      };
    }
  }

  /** Whoever works on a job of ours is not to send it again. */
  private void cancelling(Workspace workspace, JobName job) {
    try {
      workspace.ledger().jobs().cancelAsked(job);
    } catch (IOException | RuntimeException e) {
      terminal.tell("It could not be written down that " + job + " is not to be sent again.");
    }
  }

  private int list(Maintenance maintenance) {
    List<RemoteJob> jobs = maintenance.list(options.state);
    Map<String, Long> counts = countsByState(jobs);
    if (options.json) {
      ObjectNode document = JsonNodeFactory.instance.objectNode();
      document.putArray("jobs").addAll(jobs.stream().map(JobView::json).toList());
      ObjectNode byState = document.putObject("counts");
      counts.forEach(byState::put);
      terminal.printJson(document);
      return ExitCode.OK;
    }
    if (!jobs.isEmpty()) {
      Table table = new Table("JOB", "STATE", "MODEL", "REQUESTS", "FAILED", "CREATED", "NAME");
      for (RemoteJob job : jobs) {
        table.row(
            job.name(),
            JobView.state(job),
            job.model().replaceFirst("^models/", ""),
            Amounts.count(job.counts().requests()),
            Amounts.count(job.counts().failed()),
            job.created().map(MaintenanceCommand::toTheSecond).orElse(""),
            job.displayName());
      }
      table.lines().forEach(terminal::print);
    }
    String byState =
        counts.entrySet().stream()
            .map(count -> Amounts.count(count.getValue()) + " " + count.getKey())
            .collect(Collectors.joining(", "));
    terminal.print(Amounts.count(jobs.size(), "job") + (byState.isEmpty() ? "" : ": " + byState));
    return ExitCode.OK;
  }

  private static String toTheSecond(Instant time) {
    return time.toString().replaceFirst("\\.\\d+Z$", "Z");
  }

  private static Map<String, Long> countsByState(List<RemoteJob> jobs) {
    return jobs.stream()
        .collect(Collectors.groupingBy(JobView::state, TreeMap::new, Collectors.counting()));
  }

  private int cancel(Maintenance maintenance) {
    RemoteJob before = maintenance.find(options.cancel);
    if (before.isEnded()) {
      terminal.tell(before.name() + " has ended already; there is nothing to cancel.");
    }
    RemoteJob now = maintenance.cancel(options.cancel);
    tell(now.name(), "cancelled", now.name() + " is " + JobView.state(now) + ".");
    return ExitCode.OK;
  }

  private int delete(Maintenance maintenance) throws IOException {
    boolean cancelled = maintenance.delete(options.delete);
    String name = JobName.typed(options.delete).value();
    tell(name, "deleted", name + (cancelled ? " cancelled and deleted." : " deleted."));
    return ExitCode.OK;
  }

  private int clear(Maintenance maintenance) throws IOException {
    List<RemoteJob> jobs = maintenance.toClear(options.state);
    if (!new Confirmation(session).given("--clear", "cancel and delete", jobs.size(), "job")) {
      return ExitCode.OK;
    }
    List<RemoteJob> deleted = new ArrayList<>();
    for (RemoteJob job : jobs) {
      try {
        maintenance.clear(job);
        deleted.add(job);
      } catch (IOException e) {
        terminal.tell(e.getMessage()); // the others need not stay for that
      }
    }
    if (options.json) {
      ObjectNode document = JsonNodeFactory.instance.objectNode();
      document.putArray("deleted");
      deleted.forEach(job -> document.withArray("deleted").add(job.name()));
      terminal.printJson(document);
    } else {
      boolean hadAllEnded = !deleted.isEmpty() && deleted.stream().allMatch(RemoteJob::isEnded);
      terminal.print(
          Amounts.count(deleted.size(), "job")
              + (hadAllEnded ? " deleted." : " cancelled and deleted."));
    }
    return deleted.size() == jobs.size() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void tell(String name, String done, String sentence) {
    if (options.json) {
      terminal.printJson(JsonNodeFactory.instance.objectNode().put(done, name));
    } else {
      terminal.print(sentence);
    }
  }
}
