package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.control.ChosenRun;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.Members;
import dev.geminibatch.ledger.Members.Member;
import dev.geminibatch.ledger.Whereabouts.Place;
import dev.geminibatch.report.MemberView;
import dev.geminibatch.report.Report;
import dev.geminibatch.report.ReportText;
import dev.geminibatch.report.Reports;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.ModelPace;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.receive.Inbox;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code --status}: what the ledger knows, also while the daemon runs. */
final class StatusCommand {
  private static final int MOST_RUNS = 200;
  private static final int MOST_NOT_TAKEN = 20;

  /** A longer name leaves no room for what a run waits for. */
  private static final int WIDEST_NAME = 60;

  private final Session session;

  StatusCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException {
    try (Workspace workspace = session.impatientWorkspace()) {
      if (!session.options().status.isEmpty()) {
        return printReport(workspace, session.options().status);
      }
      Ledger ledger = workspace.ledger();
      List<Run> runs = ledger.queries().recent(MOST_RUNS);
      if (session.options().json) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        Map<String, Place> places = places(runs, ledger);
        document
            .putArray("runs")
            .addAll(runs.stream().map(run -> json(run, ledger, places.get(run.id()))).toList());
        ArrayNode notTaken = document.putArray("notTaken");
        for (Map.Entry<Path, List<Inbox.NotTaken>> inbox : notTaken().entrySet()) {
          for (Inbox.NotTaken each : inbox.getValue()) {
            notTaken
                .addObject()
                .put("inbox", inbox.getKey().toString())
                .put("file", each.file())
                .put("reason", each.reason());
          }
        }
        if (ledger.isShared()) {
          MemberView view = view(workspace);
          document
              .putArray("members")
              .addAll(ledger.members().list().stream().map(view::json).toList());
        }
        session.terminal().printJson(document);
      } else {
        print(runs, ledger);
        printNotTaken();
        if (ledger.isShared()) {
          print(ledger.members().list(), view(workspace));
        }
      }
      return ExitCode.OK;
    }
  }

  private static Map<String, Place> places(List<Run> runs, Ledger ledger) {
    return ledger.whereabouts().of(runs.stream().map(Run::id).toList());
  }

  private static ObjectNode json(Run run, Ledger ledger, Place place) {
    ObjectNode json = StatusView.json(run, ledger.jobs().of(run.id()), ledger.packs()::sharing);
    return place == null ? json : MemberView.add(json, run, place);
  }

  /** The clock is that of the server, as the times of the members are. */
  private static MemberView view(Workspace workspace) {
    return new MemberView(
        workspace.clock().instant(), workspace.settings().operation().member().silence());
  }

  private void print(List<Member> members, MemberView view) {
    if (members.isEmpty()) {
      return;
    }
    Table table = new Table("MEMBER", "VERSION", "STATE", "SINCE", "HEARTBEAT", "RUNS");
    for (Member member : members) {
      table.row(
          member.name()
              + (isOneOfTwo(member, members) ? " " + member.id() : "")
              + (member.isDaemon() ? "" : " (a command)"),
          member.version(),
          view.state(member),
          LocalDateTime.ofInstant(member.since(), session.clock().getZone())
              .truncatedTo(ChronoUnit.MINUTES)
              .toString()
              .replace('T', ' '),
          view.beat(member),
          Amounts.count(member.runs()));
    }
    session.terminal().print("");
    table.lines().forEach(session.terminal()::print);
  }

  /** Then its name alone says too little to drain it. */
  private static boolean isOneOfTwo(Member member, List<Member> members) {
    return member.state() != Members.State.GONE
        && members.stream()
                .filter(each -> each.state() != Members.State.GONE)
                .filter(each -> each.name().equals(member.name()))
                .count()
            > 1;
  }

  /** By inbox, what lies there and is not taken. */
  private Map<Path, List<Inbox.NotTaken>> notTaken() {
    Map<Path, List<Inbox.NotTaken>> found = new LinkedHashMap<>();
    for (Settings profile : session.settings().profiles().all()) {
      List<Inbox.NotTaken> here = notTaken(profile);
      if (!here.isEmpty()) {
        found.put(profile.folders().inbox(), here);
      }
    }
    return found;
  }

  private static List<Inbox.NotTaken> notTaken(Settings profile) {
    try {
      return new Inbox(profile).notTaken();
    } catch (IOException e) {
      return List.of(new Inbox.NotTaken("(all)", "the inbox cannot be read: " + e.getMessage()));
    }
  }

  private void printNotTaken() {
    for (Map.Entry<Path, List<Inbox.NotTaken>> inbox : notTaken().entrySet()) {
      session.terminal().print("");
      session.terminal().print("Not taken from " + inbox.getKey() + ":");
      List<Inbox.NotTaken> all = inbox.getValue();
      for (Inbox.NotTaken each : all.subList(0, Math.min(all.size(), MOST_NOT_TAKEN))) {
        session.terminal().print("  " + each.file() + ": " + each.reason());
      }
      if (all.size() > MOST_NOT_TAKEN) {
        int rest = all.size() - MOST_NOT_TAKEN;
        session.terminal().print("  and " + rest + " more; --status --json has all of them");
      }
    }
  }

  private int printReport(Workspace workspace, String text) throws IOException {
    Ledger ledger = workspace.ledger();
    Run run = ChosenRun.of(text, ledger.queries());
    Prices prices = Prices.read(session.settings().costs().prices());
    Report report = new Reports(ledger, workspace.state(), prices, session.clock()).of(run);
    Optional<Place> place = ledger.whereabouts().of(run);
    if (session.options().json) {
      ObjectNode json = new ObjectMapper().valueToTree(report);
      place.ifPresent(where -> MemberView.add(json, run, where));
      session.terminal().printJson(json);
      return ExitCode.OK;
    }
    boolean failed = run.state() == RunState.FAILED;
    List<String> lines = failed ? List.of(run.name() + ": failed") : ReportText.lines(report);
    lines.forEach(session.terminal()::print);
    String stopped = StatusView.stopped(run, ledger.jobs().of(run.id()), ledger.packs()::sharing);
    session
        .terminal()
        .print(
            "  run "
                + run.id()
                + ": "
                + StatusView.state(run)
                + (stopped.isEmpty() ? "" : ", " + stopped)
                + place
                    .flatMap(where -> MemberView.place(run, where))
                    .map(where -> ", " + where)
                    .orElse(""));
    run.reason()
        .ifPresent(reason -> session.terminal().printDocument("  why: " + Visible.lines(reason)));
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
    Map<String, ModelPace> paces = new HashMap<>();
    Map<String, Place> places = places(runs, ledger);
    for (Run run : runs) {
      String note =
          StatusView.note(
              run,
              ledger.jobs().of(run.id()),
              ledger.packs()::sharing,
              model -> paces.computeIfAbsent(model, ledger.jobs()::pace),
              session.clock().instant());
      Optional<String> where =
          Optional.ofNullable(places.get(run.id())).flatMap(place -> MemberView.place(run, place));
      table.row(
          run.id(),
          StatusView.state(run),
          Amounts.count(run.counts().requests()),
          Amounts.count(run.counts().answered()),
          Amounts.middle(file(run), WIDEST_NAME),
          Stream.of(Optional.of(note), where)
              .flatMap(Optional::stream)
              .filter(text -> !text.isEmpty())
              .collect(Collectors.joining("; ")));
    }
    table.lines().forEach(session.terminal()::print);
  }

  private static String file(Run run) {
    String name = Visible.line(run.name());
    return run.profile().equals(Profiles.DEFAULT) ? name : run.profile() + "/" + name;
  }
}
