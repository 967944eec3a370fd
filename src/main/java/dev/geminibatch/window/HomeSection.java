package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Census;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.RunList;
import dev.geminibatch.ledger.RunList.Group;
import dev.geminibatch.ledger.RunList.Place;
import dev.geminibatch.report.StatusView;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The first page: whether all is well, and the runs page by page. */
final class HomeSection implements Section {
  private static final int ROWS = 50;
  private static final int MOST_ROWS = 500;

  private final Ledger ledger;
  private final Answers answers;
  private final Clock clock;

  HomeSection(Sources sources, Answers answers) {
    this.ledger = sources.ledger();
    this.answers = answers;
    this.clock = sources.clock();
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/", this::page), Route.get("/api/v1/runs", (request, names) -> list(request)));
  }

  private WebAnswer page(WebRequest request, Map<String, String> names) {
    Group group = group(request);
    String text = text(request);
    RunList.Page page = runs(request);
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
    return Answers.html(
        200,
        "home",
        new HomePage(answers.frame(request, "Runs"), sentence(), group, text, rows, next));
  }

  private WebAnswer list(WebRequest request) {
    RunList.Page page = runs(request);
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode runs = document.putArray("runs");
    page.runs()
        .forEach(
            run ->
                runs.add(
                    StatusView.json(run, ledger.jobs().of(run.id()), ledger.packs()::sharing)));
    document.put("next", page.next().map(Place::word).orElse(null));
    return Answers.json(200, document);
  }

  private RunList.Page runs(WebRequest request) {
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
    return ledger.list().page(group(request), text(request), from, rows(request));
  }

  private static Group group(WebRequest request) {
    return HomePage.group(request.query().getOrDefault("group", "all"))
        .orElseThrow(() -> new BadRequest("The group must be all, open, delivered or failed."));
  }

  private static String text(WebRequest request) {
    return request.query().getOrDefault("text", "").strip();
  }

  private static int rows(WebRequest request) {
    return request.number("most", 1, MOST_ROWS).orElse(ROWS);
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
}
