package dev.geminibatch.window;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.control.RunSteering;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Census;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.RunList;
import dev.geminibatch.ledger.RunList.Group;
import dev.geminibatch.ledger.RunList.Place;
import dev.geminibatch.management.AccessGuard.Right;
import dev.geminibatch.page.Look;
import dev.geminibatch.page.Pages;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Run;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests with pages and, below {@code /api/v1}, with JSON. It knows no HTTP server, and
 * nothing of a request but what a {@link WebRequest} has.
 */
public final class Window {
  private static final Logger LOG = LoggerFactory.getLogger("window");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pages PAGES = Pages.of(Window.class);
  private static final String HTML = "text/html; charset=utf-8";
  private static final String API = "/api/v1/";
  private static final int ROWS = 50;
  private static final int MOST_ROWS = 500;

  private final Ledger ledger;
  private final RunSteering steering;
  private final FormTokens tokens;
  private final boolean isClosed;
  private final Clock clock;

  /**
   * Shows what is in a ledger.
   *
   * @param isClosed whether requests bring a token
   */
  public Window(Ledger ledger, FormTokens tokens, boolean isClosed, Clock clock) {
    this.ledger = ledger;
    this.steering = new RunSteering(ledger);
    this.tokens = tokens;
    this.isClosed = isClosed;
    this.clock = clock;
  }

  /** Whether a path is one of its own. */
  public static boolean isOwn(String path) {
    return path.equals("/")
        || path.equals("/style.css")
        || path.startsWith("/runs/")
        || path.startsWith(API);
  }

  /** Answers a request. */
  public WebAnswer answer(WebRequest request) {
    try {
      if (request.isReading()) {
        return CrossSite.isForeign(request.headers(), isClosed)
            ? refused(request, 403, "This address is not known here; use 127.0.0.1 or localhost.")
            : read(request);
      }
      return request.isPost() ? act(request) : refused(request, 405, "This can only be read.");
    } catch (BadRequest e) {
      return refused(request, 400, e.getMessage());
    } catch (UsageException e) {
      return refused(request, 409, e.getMessage()); // it is not in a state for that
    }
  }

  private WebAnswer read(WebRequest request) {
    List<String> parts = request.parts();
    boolean isApi = request.path().startsWith(API);
    List<String> names = isApi ? parts.subList(2, parts.size()) : parts;
    if (request.path().equals("/style.css")) {
      return style();
    }
    if (request.path().equals("/") || isApi && names.equals(List.of("runs"))) {
      return list(request, isApi);
    }
    if (names.get(0).equals("runs") && names.size() == 2) {
      return run(names.get(1))
          .map(run -> isApi ? json(200, json(run)) : page(request, run, ""))
          .orElseGet(() -> noSuchRun(request));
    }
    if (!isApi && names.get(0).equals("runs") && names.size() == 4 && names.get(2).equals("do")) {
      return ask(request, names.get(1), names.get(3));
    }
    return refused(request, 404, "There is no such page.");
  }

  private static WebAnswer style() {
    return WebAnswer.of(
            200,
            "text/css; charset=utf-8",
            out ->
                out.write(
                    Look.css(Window.class, "/window/window.css").getBytes(StandardCharsets.UTF_8)))
        .with("Cache-Control", "max-age=3600");
  }

  private WebAnswer list(WebRequest request, boolean isApi) {
    Group group =
        HomePage.group(request.query().getOrDefault("group", "all"))
            .orElseThrow(() -> new BadRequest("The group must be all, open, delivered or failed."));
    String text = request.query().getOrDefault("text", "").strip();
    Place from =
        Optional.ofNullable(request.query().get("from"))
            .map(
                word ->
                    Place.of(word)
                        .orElseThrow(
                            () ->
                                new BadRequest(
                                    "\"from\" must be what an earlier page gave as \"next\".")))
            .orElse(Place.BEGINNING);
    RunList.Page page = ledger.list().page(group, text, from, rows(request));
    if (isApi) {
      return json(200, json(page));
    }
    List<RunRow> rows =
        page.runs().stream().map(run -> RunRow.of(run, ledger, clock.instant())).toList();
    String next =
        page.next()
            .map(
                place ->
                    "/?group="
                        + HomePage.word(group)
                        + "&text="
                        + URLEncoder.encode(text, StandardCharsets.UTF_8)
                        + "&from="
                        + place.word())
            .orElse(null);
    return html(
        200, "home", new HomePage(frame(request, "Runs"), sentence(), group, text, rows, next));
  }

  private static int rows(WebRequest request) {
    String most = request.query().get("most");
    if (most == null) {
      return ROWS;
    }
    if (most.matches("\\d{1,3}")
        && Integer.parseInt(most) >= 1
        && Integer.parseInt(most) <= MOST_ROWS) {
      return Integer.parseInt(most);
    }
    throw new BadRequest("\"most\" must be a number from 1 to " + MOST_ROWS + ".");
  }

  private String sentence() {
    Census.Numbers numbers = ledger.census().take();
    long open = numbers.runs().stream().mapToLong(Census.Runs::count).sum();
    long held =
        numbers.runs().stream()
            .filter(runs -> runs.hold().filter(hold -> hold != Census.Hold.PAUSED).isPresent())
            .mapToLong(Census.Runs::count)
            .sum();
    if (open == 0) {
      return "All is well: nothing is under way.";
    }
    String runs = Amounts.count(open, "run");
    return held == 0
        ? "All is well: " + runs + " under way."
        : Amounts.count(held) + " of " + runs + " need a person: they are held.";
  }

  private WebAnswer page(WebRequest request, Run run, String done) {
    return html(
        200,
        "run",
        new RunPage(
            frame(request, run.name()),
            run,
            RunRow.of(run, ledger, clock.instant()),
            ledger.jobs().of(run.id()).stream().map(RunPage.JobRow::of).toList(),
            done));
  }

  /** Says what will happen, before it does. */
  private WebAnswer ask(WebRequest request, String runId, String word) {
    Optional<Run> run = run(runId);
    Optional<RunAction> action = RunAction.of(word);
    if (run.isEmpty() || action.isEmpty()) {
      return noSuchRun(request);
    }
    return html(200, "ask", new AskPage(frame(request, run.get().name()), run.get(), action.get()));
  }

  /** A form of ours, or a client of the API. */
  private WebAnswer act(WebRequest request) {
    if (request.right() != Right.ACT) {
      return refused(request, 403, "This token is for reading only.");
    }
    boolean isApi = request.path().startsWith(API);
    boolean isForm = tokens.isGood(request.form().get("token"));
    boolean isOurs = isApi ? request.isJson() || isForm : isForm;
    if (CrossSite.isForeignPost(request.headers(), isClosed) || !isOurs) {
      return refused(request, 403, "This form is not ours, or too old; open the page again.");
    }
    List<String> parts = request.parts();
    List<String> names = isApi ? parts.subList(2, parts.size()) : parts;
    if (names.size() != 3 || !names.get(0).equals("runs") || !names.get(2).equals("actions")) {
      return refused(request, 404, "There is no such page.");
    }
    Optional<Run> run = run(names.get(1));
    if (run.isEmpty()) {
      return noSuchRun(request);
    }
    RunAction action =
        RunAction.of(request.form().getOrDefault("action", ""))
            .orElseThrow(
                () -> new BadRequest("The action must be pause, resume, cancel or priority."));
    RunSteering.Done done = action.take(steering, run.get(), request.form().get("value"));
    LOG.info("{} (from the window)", done.sentence());
    Run now = ledger.queries().run(run.get().id());
    return isApi
        ? json(200, json(now).put("done", done.sentence()))
        : page(request, now, done.sentence());
  }

  private Optional<Run> run(String id) {
    return ledger.queries().find(id).filter(run -> !run.isDryRun());
  }

  private ObjectNode json(Run run) {
    return StatusView.json(run, ledger.jobs().of(run.id()), ledger.packs()::sharing);
  }

  private ObjectNode json(RunList.Page page) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode runs = document.putArray("runs");
    page.runs().forEach(run -> runs.add(json(run)));
    document.put("next", page.next().map(Place::word).orElse(null));
    return document;
  }

  private Frame frame(WebRequest request, String title) {
    return new Frame(title, request.right() == Right.ACT, tokens.next());
  }

  private static WebAnswer noSuchRun(WebRequest request) {
    return refused(request, 404, "There is no such run.");
  }

  private static WebAnswer refused(WebRequest request, int status, String why) {
    if (request.path().startsWith(API)) {
      return json(status, JsonNodeFactory.instance.objectNode().put("error", why));
    }
    return html(status, "refused", new RefusedPage(new Frame("Not done", false, ""), why));
  }

  private static WebAnswer html(int status, String template, Object view) {
    return WebAnswer.of(status, HTML, (OutputStream out) -> PAGES.write(template, view, out));
  }

  private static WebAnswer json(int status, ObjectNode document) {
    return WebAnswer.of(
        status, "application/json", out -> out.write(JSON.writeValueAsBytes(document)));
  }
}
