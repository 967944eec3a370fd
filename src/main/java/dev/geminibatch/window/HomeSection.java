package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.RunList;
import dev.geminibatch.ledger.RunList.Group;
import dev.geminibatch.ledger.RunList.Place;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The first page: whether all is well, and the runs page by page. */
final class HomeSection implements Section {
  private static final int ROWS = 50;
  private static final int MOST_ROWS = 500;

  private final Ledger ledger;
  private final Overview overview;
  private final RunRows rows;
  private final Answers answers;

  HomeSection(Sources sources, Overview overview, RunRows rows, Answers answers) {
    this.ledger = sources.ledger();
    this.overview = overview;
    this.rows = rows;
    this.answers = answers;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/", this::page),
        Route.get("/api/v1/home", (request, names) -> Answers.json(200, overview.now().json())),
        Route.get("/api/v1/runs", (request, names) -> list(request)));
  }

  private WebAnswer page(WebRequest request, Map<String, String> names) {
    Group group = group(request);
    String text = text(request);
    RunList.Page page = runs(request);
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
        new HomePage(
            answers.frame(request, "Runs"),
            overview.now(),
            group,
            text,
            rows.of(page.runs()),
            next));
  }

  private WebAnswer list(WebRequest request) {
    RunList.Page page = runs(request);
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.putArray("runs").addAll(rows.json(page.runs()));
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
        .orElseThrow(
            () -> new BadRequest("The group must be all, open, stopped, delivered or failed."));
  }

  private static String text(WebRequest request) {
    return request.query().getOrDefault("text", "").strip();
  }

  private static int rows(WebRequest request) {
    return request.number("most", 1, MOST_ROWS).orElse(ROWS);
  }
}
