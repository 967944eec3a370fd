package dev.geminibatch.management;

import dev.geminibatch.ledger.Census;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.TokenRoom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What the ledger knows of runs, jobs and limits. */
final class LedgerMetrics implements Group {
  private static final double MILLIS = 1e3;

  /** What runs wait for; they are all shown, so that none is missing while nobody waits. */
  private static final List<String> WAITS = List.of("ROOM", "TOKENS", "QUOTA", "PACK");

  private static final Set<RunState> STATES =
      EnumSet.complementOf(EnumSet.of(RunState.DELIVERED, RunState.FAILED));

  private final Ledger ledger;
  private final Settings settings;
  private final Tally tally;
  private final Clock clock;

  LedgerMetrics(Ledger ledger, Settings settings, Tally tally, Clock clock) {
    this.ledger = ledger;
    this.settings = settings;
    this.tally = tally;
    this.clock = clock;
  }

  /** A model of a project. */
  private record Account(ProjectId project, String model) {}

  @Override
  public void read(Samples samples) throws IOException {
    Census.Numbers numbers = ledger.census().take();
    runs(numbers.runs(), samples);
    for (Census.Jobs jobs : numbers.jobs()) {
      samples.add(Metric.JOBS, jobs.count(), tally.model(jobs.model()), state(jobs));
    }
    tokens(numbers, samples);
    samples.add(Metric.LEDGER_BYTES, size());
  }

  private void runs(List<Census.Runs> all, Samples samples) {
    for (Settings profile : settings.profiles().served()) {
      for (RunState state : STATES) {
        samples.add(Metric.RUNS, 0, tally.profile(profile.profile()), word(state.name()));
      }
    }
    STATES.forEach(state -> samples.most(Metric.OLDEST_WAITING_RUN, 0, word(state.name())));
    WAITS.forEach(reason -> samples.add(Metric.RUNS_WAITING, 0, word(reason)));
    Arrays.stream(Census.Hold.values())
        .forEach(hold -> samples.add(Metric.RUNS_HELD, 0, word(hold.name())));
    for (Census.Runs runs : all) {
      String state = word(runs.state());
      samples.add(Metric.RUNS, runs.count(), tally.profile(runs.profile()), state);
      if (runs.hold().isPresent()) {
        samples.add(Metric.RUNS_HELD, runs.count(), word(runs.hold().get().name()));
      } else {
        double age = (clock.millis() - runs.oldest().toEpochMilli()) / MILLIS;
        samples.most(Metric.OLDEST_WAITING_RUN, Math.max(0, age), state);
      }
      if (runs.waitsFor().isPresent() && runs.state().equals(RunState.ASSEMBLED.name())) {
        samples.add(Metric.RUNS_WAITING, runs.count(), word(runs.waitsFor().get()));
      }
    }
  }

  private static String word(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String state(Census.Jobs jobs) {
    if (!jobs.state().equals("OPEN")) {
      return word(jobs.state());
    }
    return jobs.isStarted() ? "running" : "pending";
  }

  private void tokens(Census.Numbers numbers, Samples samples) {
    Map<ProjectId, Settings> projects = projects();
    Set<Account> seen = new HashSet<>();
    for (Census.Enqueued enqueued : numbers.enqueued()) {
      String profile = profile(projects, enqueued.project());
      String model = tally.model(enqueued.model());
      samples.add(Metric.ENQUEUED_TOKENS, enqueued.tokens(), profile, model);
      seen.add(new Account(enqueued.project(), enqueued.model()));
    }
    for (Census.Shown shown : numbers.shown()) {
      String profile = profile(projects, shown.project());
      String model = tally.model(shown.model());
      if (isNamed(profile, model)) {
        samples.most(Metric.LEARNED_ACCEPTED, shown.accepted(), profile, model);
        if (shown.refused().isPresent()) {
          samples.most(Metric.LEARNED_REFUSED, shown.refused().getAsLong(), profile, model);
        }
        seen.add(new Account(shown.project(), shown.model()));
      }
    }
    TokenRoom room = new TokenRoom(ledger.limits(), ledger.tokenFactors());
    for (Account account : seen) {
      Settings set = projects.get(account.project());
      String model = tally.model(account.model());
      if (set != null && !model.equals(BoundedNames.OTHER)) {
        long limit = room.limit(account.project(), account.model(), set.jobs()).total();
        if (limit < Long.MAX_VALUE) {
          samples.most(Metric.ENQUEUED_LIMIT, limit, tally.profile(set.profile()), model);
        }
      }
    }
  }

  /** The limits of several models together mean nothing. */
  private static boolean isNamed(String profile, String model) {
    return !profile.equals(BoundedNames.OTHER) && !model.equals(BoundedNames.OTHER);
  }

  /** The first profile with the key of each project: its limits are those that count. */
  private Map<ProjectId, Settings> projects() {
    Map<ProjectId, Settings> projects = new HashMap<>();
    for (Settings profile : settings.profiles().all()) {
      if (profile.service().key().isPresent()) {
        projects.putIfAbsent(profile.service().project(), profile);
      }
    }
    return projects;
  }

  private String profile(Map<ProjectId, Settings> projects, ProjectId project) {
    Settings first = projects.get(project);
    return first == null ? BoundedNames.OTHER : tally.profile(first.profile());
  }

  private long size() throws IOException {
    long size = 0;
    for (Path file : settings.folders().stateFolder().ledger()) {
      size += Files.exists(file) ? Files.size(file) : 0;
    }
    return size;
  }
}
