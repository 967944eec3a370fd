package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.control.FailedLines;
import dev.geminibatch.control.RunSteering;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.report.MemberView;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.OnceKey;
import dev.geminibatch.run.Run;
import dev.geminibatch.stage.receive.IncomingFiles;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** One run, and what a person can do to it. */
final class RunSection implements Section {
  private static final String ID = "id";

  private final Ledger ledger;
  private final RunSteering steering;
  private final FailedLines failedLines;
  private final RunReader reader;
  private final RunRows rows;
  private final Answers answers;
  private final Deeds deeds;
  private final Once once;

  RunSection(Sources sources, RunRows rows, Answers answers, Deeds deeds, Once once) {
    this.ledger = sources.ledger();
    this.steering = new RunSteering(ledger);
    this.failedLines = sources.intake().failedLines();
    this.reader = new RunReader(sources);
    this.rows = rows;
    this.answers = answers;
    this.deeds = deeds;
    this.once = once;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/runs/{id}", this::show),
        Route.get("/api/v1/runs/{id}", this::show),
        Route.get("/runs/{id}/do/{action}", this::ask),
        Route.post("/runs/{id}/actions", this::act),
        Route.post("/api/v1/runs/{id}/actions", this::act));
  }

  private WebAnswer show(WebRequest request, Map<String, String> names) {
    return run(names)
        .map(run -> Answers.isApi(request) ? Answers.json(200, json(run)) : page(request, run, ""))
        .orElseGet(() -> noSuchRun(request));
  }

  private WebAnswer page(WebRequest request, Run run, String done) {
    return Answers.html(
        200,
        "run",
        new RunPage(
            answers.frame(request, run.name()), run, rows.of(run), reader.details(run), done));
  }

  /** Says what will happen, before it does. */
  private WebAnswer ask(WebRequest request, Map<String, String> names) {
    Optional<Run> run = run(names);
    Optional<RunAction> action = RunAction.of(names.get("action"));
    if (run.isEmpty() || action.isEmpty()) {
      return noSuchRun(request);
    }
    String question =
        action.get() == RunAction.SEND_AGAIN
            ? failedLines.forecast(run.get()) + " " + action.get().question()
            : action.get().question();
    return Answers.html(
        200,
        "ask",
        new AskPage(
            answers.frame(request, run.get().name()),
            run.get(),
            action.get(),
            question,
            UUID.randomUUID().toString()));
  }

  private WebAnswer act(WebRequest request, Map<String, String> names) {
    Optional<Run> run = run(names);
    if (run.isEmpty()) {
      return noSuchRun(request);
    }
    RunAction action =
        RunAction.of(request.form().getOrDefault("action", ""))
            .orElseThrow(
                () -> new BadRequest("The action must be one of " + RunAction.words() + "."));
    if (action == RunAction.SEND_AGAIN) {
      return sendAgain(request, run.get());
    }
    RunSteering.Done done = action.take(steering, run.get(), request.form().get("value"));
    deeds.done(request, Optional.of(run.get().id()), done.sentence());
    Run now = ledger.queries().run(run.get().id());
    return Answers.isApi(request)
        ? Answers.json(200, json(now).put("done", done.sentence()))
        : page(request, now, done.sentence());
  }

  private WebAnswer sendAgain(WebRequest request, Run run) {
    Optional<OnceKey> key = Once.key(request, List.of());
    Optional<String> earlier = once.earlier(key).flatMap(Once.Earlier::run);
    boolean isNew = earlier.isEmpty();
    if (isNew && new Outbox(run).find(RunFile.ERRORS).isEmpty()) {
      Optional<String> elsewhere = reader.elsewhere(run);
      if (elsewhere.isPresent()) {
        throw new Conflict(elsewhere.get());
      }
    }
    String sent;
    try {
      sent = isNew ? failedLines.send(run, key) : earlier.get();
    } catch (IncomingFiles.Repeated e) {
      isNew = false;
      sent = once.repeated(key);
    } catch (UsageException cannot) {
      throw cannot;
    } catch (IOException | RuntimeException e) {
      return DropSection.refusal(request, e);
    }
    String sentence =
        "The failed lines of "
            + Visible.line(run.name())
            + " (run "
            + run.id()
            + ") are sent again as run "
            + sent
            + ".";
    if (isNew) {
      deeds.done(request, Optional.of(run.id()), sentence);
    }
    return Answers.isApi(request)
        ? Answers.json(202, json(run).put("done", sentence).put("newRun", sent))
        : WebAnswer.seeOther("/runs/" + sent);
  }

  private ObjectNode json(Run run) {
    RunDetails details = reader.details(run);
    List<Job> jobs = details.jobs().stream().map(RunDetails.JobRow::job).toList();
    ObjectNode json = StatusView.json(run, jobs, ledger.packs()::sharing);
    ledger.whereabouts().of(run).ifPresent(place -> MemberView.add(json, run, place));
    return RunJson.add(rows.of(run).addTo(json), run, details);
  }

  private Optional<Run> run(Map<String, String> names) {
    return reader.run(names.get(ID));
  }

  private static WebAnswer noSuchRun(WebRequest request) {
    return Answers.refused(request, 404, "There is no such run.");
  }
}
