package dev.geminibatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.maintenance.ServiceJobs;
import dev.geminibatch.management.AccessGuard.Right;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.window.FormTokens;
import dev.geminibatch.window.Intake;
import dev.geminibatch.window.Outlook;
import dev.geminibatch.window.Sources;
import dev.geminibatch.window.WebAnswer;
import dev.geminibatch.window.WebRequest;
import dev.geminibatch.window.Window;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** How long the first page of the window takes at the server, however many runs there are. */
final class HomeRows {
  private static final int REQUESTS = 100;

  private final Conditions conditions;

  HomeRows(Conditions conditions) {
    this.conditions = conditions;
  }

  void measure() throws Exception {
    int runs = Integer.getInteger("bench.runs", 1_000_000);
    Path folder = conditions.scratch();
    ManyRuns.make(folder, runs, runs);
    Rounds first = new Rounds();
    Rounds home = new Rounds();
    Rounds worst = new Rounds();
    Rounds open = new Rounds();
    Rounds search = new Rounds();
    for (int round = 0; round < conditions.rounds(); round++) {
      try (Ledger ledger = Ledger.open(new StateFolder(folder), Clock.systemUTC())) {
        Window window = window(ledger);
        first.add(millis(window, Map.of()));
        awaitCount(window);
        Rounds each = repeated(window, Map.of());
        home.add(each.median());
        worst.add(each.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow());
        open.add(repeated(window, Map.of("group", "open")).median());
        search.add(repeated(window, Map.of("text", "no run has this name")).median());
      }
    }
    String count = String.format("%,d", runs);
    Figures figures = conditions.figures();
    figures.add(
        "home", "home page, " + count + " finished and " + count + " open runs", home, "ms");
    figures.add("home-first", "the same, the first one of a window", first, "ms");
    figures.add("home-worst", "the same, the slowest of " + REQUESTS, worst, "ms");
    figures.add("home-open", "the same, open runs only", open, "ms");
    figures.add("home-search", "the same, a search that finds nothing", search, "ms");
  }

  private static Rounds repeated(Window window, Map<String, String> query) throws IOException {
    Rounds each = new Rounds();
    for (int i = 0; i < REQUESTS; i++) {
      each.add(millis(window, query));
    }
    return each;
  }

  private static void awaitCount(Window window) throws Exception {
    while (page(window, Map.of()).contains("are being counted")) {
      Thread.sleep(100);
    }
  }

  private static double millis(Window window, Map<String, String> query) throws IOException {
    long begin = System.nanoTime();
    String page = page(window, query);
    double millis = Processes.secondsSince(begin) * 1_000;
    assertThat(page).contains("</html>");
    return millis;
  }

  private static String page(Window window, Map<String, String> query) throws IOException {
    WebAnswer answer =
        window.answer(
            new WebRequest(
                "GET",
                "/",
                query,
                Map.of(),
                Map.of("host", "127.0.0.1:9876"),
                Right.ACT,
                "127.0.0.1"));
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    answer.body().writeTo(page);
    return page.toString(StandardCharsets.UTF_8);
  }

  private static Window window(Ledger ledger) {
    FormTokens tokens = new FormTokens(new SecureRandom(), Clock.systemUTC());
    Clock clock = Clock.systemUTC();
    Nothing nothing = new Nothing(Prices.read(Path.of("config/prices.json")));
    // The first page asks neither for settings nor for the files of a run.
    Sources sources =
        new Sources(
            ledger,
            nothing,
            clock,
            new ServiceJobs(List.of(), clock),
            null,
            null,
            new Intake(null, null, null));
    return new Window(sources, tokens, false);
  }

  /** Nothing is set, and nothing is wrong. */
  private record Nothing(Prices prices) implements Outlook {
    @Override
    public List<String> troubles() {
      return List.of();
    }

    @Override
    public Prices prices(String profile) {
      return prices;
    }

    @Override
    public long outputTokens(String profile) {
      return 1_000;
    }

    @Override
    public OptionalLong mostEnqueued(ProjectId project, String model) {
      return OptionalLong.of(1_000_000_000);
    }

    @Override
    public String profile(ProjectId project) {
      return "default";
    }
  }
}
