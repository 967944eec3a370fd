package dev.geminibatch.window;

import dev.geminibatch.cost.Cost;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Census;
import dev.geminibatch.ledger.Daily;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.Paces;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.run.ModelPace;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.Tokens;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Knows how everything is. What takes longer with every open run is counted in the background;
 * nobody waits for it for long.
 */
final class Overview {
  /** A page that has to be there within 200 ms waits no longer. */
  private static final Duration PATIENCE = Duration.ofMillis(40);

  private static final Duration TROUBLES = Duration.ofSeconds(30);
  private static final int MOST_MODELS = 10;
  private static final int OF_LATE_DAYS = 30;
  private static final int ENOUGH_ANSWERS = 10;

  private static final Set<RunState> WITH_SERVICE =
      EnumSet.of(RunState.SUBMITTED, RunState.COLLECTED);

  private final Ledger ledger;
  private final Outlook outlook;
  private final Clock clock;
  private final Recent<Numbers> numbers;
  private final Recent<List<String>> troubles;

  /**
   * Counts nothing yet.
   *
   * @param nanos a clock that only goes forward
   * @param background counts
   */
  Overview(Sources sources, LongSupplier nanos, Executor background) {
    this.ledger = sources.ledger();
    this.outlook = sources.outlook();
    this.clock = sources.clock();
    this.numbers = new Recent<>(this::count, Duration.ZERO, nanos, background);
    this.troubles = new Recent<>(outlook::troubles, TROUBLES, nanos, background);
  }

  /**
   * How jobs have been of late, by model.
   *
   * @param paces how long they took
   * @param output tokens that an answer has had, thoughts included; by the model's short name
   */
  record Late(Map<String, ModelPace> paces, Map<String, Long> output) {
    static final Late UNKNOWN = new Late(Map.of(), Map.of());
  }

  private record Numbers(
      List<Census.Runs> runs, Late late, List<Paces.Open> open, List<Standing.Enqueued> enqueued) {}

  private Numbers count() {
    return new Numbers(
        ledger.census().runs(),
        new Late(ledger.paces().ended(), output()),
        ledger.paces().open(),
        ledger.census().enqueued().stream()
            .sorted(Comparator.comparing(Census.Enqueued::tokens).reversed())
            .limit(MOST_MODELS)
            .map(
                each ->
                    new Standing.Enqueued(
                        outlook.profile(each.project()),
                        ModelName.shortName(each.model()),
                        each.tokens(),
                        outlook.mostEnqueued(each.project(), each.model())))
            .toList());
  }

  /** Of answers in the last days, if there are enough to say something. */
  private Map<String, Long> output() {
    LocalDate today = ledger.daily().today();
    Map<String, Long> output = new HashMap<>();
    for (Daily.Totals each :
        ledger.daily().totals(Daily.By.MODEL, today.minusDays(OF_LATE_DAYS), today)) {
      if (each.answered() >= ENOUGH_ANSWERS) {
        long all = each.tokens().out() + each.tokens().thought();
        output.put(each.model(), all / each.answered());
      }
    }
    return output;
  }

  /** How jobs have been of late, as far as that is known. */
  Late late() {
    return numbers.get(PATIENCE).map(found -> found.what().late()).orElse(Late.UNKNOWN);
  }

  /** How everything is now. */
  Standing now() {
    Optional<Recent.Found<Numbers>> counted = numbers.get(PATIENCE);
    Optional<Numbers> found = counted.map(Recent.Found::what);
    Optional<Standing.Runs> runs = found.map(each -> runs(each.runs()));
    List<String> needs = new ArrayList<>();
    troubles.get(PATIENCE).ifPresent(each -> needs.addAll(each.what()));
    found.ifPresent(each -> addStopped(each.runs(), needs));
    LocalDate today = ledger.daily().today();
    List<Daily.Totals> ofToday = ledger.daily().totals(Daily.By.PROFILE, today, today);
    List<Daily.Totals> ofMonth =
        ledger.daily().totals(Daily.By.PROFILE, today.withDayOfMonth(1), today);
    return new Standing(
        needs.isEmpty() ? well(runs, found) : needs.get(0),
        needs,
        runs,
        new Standing.Day(
            today,
            ofToday.stream().mapToLong(Daily.Totals::answered).sum(),
            ofToday.stream().mapToLong(Daily.Totals::failed).sum(),
            spent(ofToday)),
        spent(ofMonth),
        found.map(Numbers::enqueued).orElse(List.of()),
        counted.map(Recent.Found::age).orElse(Duration.ZERO));
  }

  private Standing.Runs runs(List<Census.Runs> all) {
    Predicate<Census.Runs> isHere = runs -> !WITH_SERVICE.contains(RunState.valueOf(runs.state()));
    Predicate<Census.Runs> isFree = runs -> runs.hold().isEmpty();
    return new Standing.Runs(
        count(all, isFree.and(isHere)),
        count(all, isFree.and(isHere.negate())),
        count(all, held(Census.Hold.PAUSED)),
        count(all, held(Census.Hold.ROUTE).or(held(Census.Hold.STRIKES))),
        all.stream()
            .filter(isFree.and(isHere))
            .map(Census.Runs::oldest)
            .min(Comparator.naturalOrder())
            .map(oldest -> Duration.between(oldest, clock.instant()))
            .filter(wait -> !wait.isNegative()));
  }

  private static Predicate<Census.Runs> held(Census.Hold hold) {
    return runs -> runs.hold().equals(Optional.of(hold));
  }

  private static long count(List<Census.Runs> all, Predicate<Census.Runs> which) {
    return all.stream().filter(which).mapToLong(Census.Runs::count).sum();
  }

  private static void addStopped(List<Census.Runs> all, List<String> needs) {
    long struck = count(all, held(Census.Hold.STRIKES));
    if (struck > 0) {
      String whose = struck == 1 ? "its" : "their";
      needs.add(are(struck, "held") + ", because " + whose + " work ended or blocked the daemon.");
    }
    long held = count(all, held(Census.Hold.ROUTE));
    if (held > 0) {
      needs.add(are(held, "held") + " by a route, until somebody releases " + them(held) + ".");
    }
    long paused = count(all, held(Census.Hold.PAUSED));
    if (paused > 0) {
      needs.add(are(paused, "paused") + ", until somebody resumes " + them(paused) + ".");
    }
  }

  private static String them(long runs) {
    return runs == 1 ? "it" : "them";
  }

  private static String are(long runs, String what) {
    return Amounts.count(runs, "run") + (runs == 1 ? " is " : " are ") + what;
  }

  private String well(Optional<Standing.Runs> counted, Optional<Numbers> found) {
    if (counted.isEmpty()) {
      return "The runs are being counted.";
    }
    Standing.Runs runs = counted.get();
    String all = "All is well: ";
    if (runs.withService() > 0) {
      String next =
          found
              .flatMap(this::next)
              .map(left -> ", the next answers in about " + Amounts.roughly(left))
              .orElse("");
      String more = runs.waiting() > 0 ? "; " + Amounts.count(runs.waiting()) + " more wait" : "";
      return all
          + are(runs.withService(), "with the service")
          + next
          + (runs.waiting() == 1 ? more + "s" : more)
          + ".";
    }
    return runs.waiting() > 0
        ? all + Amounts.count(runs.waiting(), "run") + " on the way."
        : all + "nothing is under way.";
  }

  /** How long it is likely to take until a job ends. */
  private Optional<Duration> next(Numbers found) {
    Instant now = clock.instant();
    return found.open().stream()
        .flatMap(
            job ->
                Optional.ofNullable(found.late().paces().get(job.model()))
                    .flatMap(pace -> pace.left(job.submitted(), now))
                    .stream())
        .min(Comparator.naturalOrder());
  }

  /** By the prices of today. */
  private Money spent(List<Daily.Totals> totals) {
    Map<String, Map<String, Tokens>> byProfile = new HashMap<>();
    for (Daily.Totals each : totals) {
      if (!each.tokens().equals(Tokens.NONE)) {
        byProfile
            .computeIfAbsent(each.name(), profile -> new HashMap<>())
            .merge(each.model(), each.tokens(), Tokens::plus);
      }
    }
    List<Cost> costs = new ArrayList<>();
    byProfile.forEach((profile, tokens) -> costs.add(outlook.prices(profile).cost(tokens)));
    return Money.sum(costs);
  }
}
