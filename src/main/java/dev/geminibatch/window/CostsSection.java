package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.ledger.Daily;
import dev.geminibatch.ledger.Daily.By;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.RunCosts;
import dev.geminibatch.ledger.RunCosts.Used;
import dev.geminibatch.ledger.RunList.Place;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What was answered and what it cost, by day, model, profile and file. */
final class CostsSection implements Section {
  private static final int DAYS = 30;
  private static final int MOST_DAYS = 366;
  private static final int ROWS = 50;
  private static final int MOST_ROWS = 500;

  private final Daily daily;
  private final RunCosts runs;
  private final Setup setup;
  private final Answers answers;
  private final Clock clock;

  CostsSection(Sources sources, Answers answers) {
    Ledger ledger = sources.ledger();
    this.daily = ledger.daily();
    this.runs = ledger.costs();
    this.setup = sources.setup();
    this.answers = answers;
    this.clock = sources.clock();
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/costs", (request, names) -> page(request)),
        Route.get("/api/v1/costs", (request, names) -> list(request)));
  }

  /**
   * What is shown.
   *
   * @param whole of all days that are shown
   * @param byDay the oldest first, those without anything left out
   */
  private record Known(
      LocalDate first,
      LocalDate last,
      Prices prices,
      Spent today,
      Spent month,
      Spent whole,
      List<Spent> byDay,
      List<Spent> byModel,
      List<Spent> byProfile,
      RunCosts.Page runs) {}

  private Known known(WebRequest request) {
    int days = request.number("days", 1, MOST_DAYS).orElse(DAYS);
    LocalDate today = daily.today();
    LocalDate first = today.minusDays(days - 1L);
    LocalDate month = today.withDayOfMonth(1);
    Prices prices = setup.prices();
    return new Known(
        first,
        today,
        prices,
        Spent.together("today", daily.totals(By.MODEL, today, today), prices),
        Spent.together("month", daily.totals(By.MODEL, month, today), prices),
        Spent.together("days", daily.totals(By.MODEL, first, today), prices),
        Spent.byName(daily.totals(By.DAY, first, today), prices),
        Spent.byName(daily.totals(By.MODEL, first, today), prices),
        Spent.byName(daily.totals(By.PROFILE, first, today), prices),
        runs.page(from(request), request.number("most", 1, MOST_ROWS).orElse(ROWS)));
  }

  private static Place from(WebRequest request) {
    return Optional.ofNullable(request.query().get("from"))
        .map(
            word ->
                Place.of(word)
                    .orElseThrow(
                        () ->
                            new BadRequest(
                                "\"from\" must be what an earlier page gave as \"next\".")))
        .orElse(Place.BEGINNING);
  }

  private static Spent spent(Used run, Prices prices) {
    return Spent.of(run.runId(), 0, 0, run.tokens(), prices);
  }

  private WebAnswer page(WebRequest request) {
    Known known = known(request);
    Map<String, Spent> days = new LinkedHashMap<>();
    known.byDay().forEach(day -> days.put(day.name(), day));
    List<Spent> newestFirst = new ArrayList<>(known.byDay());
    Collections.reverse(newestFirst);
    long count = known.first().datesUntil(known.last()).count() + 1;
    return Answers.html(
        200,
        "costs",
        new CostsPage(
            answers.frame(request, "Costs"),
            count,
            List.of(
                new CostsPage.Card("today", known.today()),
                new CostsPage.Card("this month", known.month()),
                new CostsPage.Card("in " + count + " days", known.whole())),
            known.prices().date(),
            days.isEmpty() ? null : CostChart.of(known.first(), known.last(), days, known.prices()),
            List.of(
                new CostsPage.Part("By day", "Day", newestFirst),
                new CostsPage.Part("By model", "Model", known.byModel()),
                new CostsPage.Part("By profile", "Profile", known.byProfile())),
            known.runs().runs().stream()
                .map(run -> CostsPage.File.of(run, spent(run, known.prices()), clock))
                .toList(),
            known
                .runs()
                .next()
                .map(place -> "/costs?days=" + count + "&from=" + place.word())
                .orElse(null)));
  }

  private WebAnswer list(WebRequest request) {
    Known known = known(request);
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document
        .put("from", known.first().toString())
        .put("to", known.last().toString())
        .put("currency", known.prices().currency())
        .put("pricesOf", known.prices().date());
    document.set("today", known.today().json());
    document.set("month", known.month().json());
    document.set("days", known.whole().json());
    put(document.putArray("byDay"), known.byDay());
    put(document.putArray("byModel"), known.byModel());
    put(document.putArray("byProfile"), known.byProfile());
    ArrayNode files = document.putArray("files");
    for (Used run : known.runs().runs()) {
      spent(run, known.prices())
          .put(
              files
                  .addObject()
                  .put("run", run.runId())
                  .put("name", run.name())
                  .put("profile", run.profile())
                  .put("state", run.state().name().toLowerCase(Locale.ROOT))
                  .put("received", run.created().toString()));
    }
    document.put("next", known.runs().next().map(Place::word).orElse(null));
    return Answers.json(200, document);
  }

  private static void put(ArrayNode array, List<Spent> parts) {
    parts.forEach(part -> array.add(part.json()));
  }
}
