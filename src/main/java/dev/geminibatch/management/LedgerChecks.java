package dev.geminibatch.management;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.LedgerLook;
import dev.geminibatch.ledger.LedgerServer;
import dev.geminibatch.run.DaemonLock;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** The ledger, and what it says of the quota in use. Works beside a running daemon. */
public final class LedgerChecks {
  private static final String NAME = "ledger";
  private static final String MEMBERS = "members";
  private static final int NEARLY_PERCENT = 95;

  private final Settings settings;
  private final Clock clock;

  public LedgerChecks(Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  public Check check() {
    return new Check(
        NAME,
        "If the ledger is very large, wait for --status; else see whether the disk answers.",
        this::findings);
  }

  /** In place of it if {@code ledger.url} cannot be used: the state folder has no ledger then. */
  public static Check none() {
    return new Check(
        NAME,
        "",
        () -> List.of(Finding.warning(NAME, "is not checked", "First correct ledger.url.")));
  }

  private List<Finding> findings() throws IOException {
    try {
      return look();
    } catch (IOException | RuntimeException e) {
      Optional<String> away = Ledger.away(e);
      if (away.isPresent()) {
        throw new UsageException(away.get());
      }
      throw e;
    }
  }

  private List<Finding> look() throws IOException {
    Path folder = settings.folders().state();
    if (Files.exists(folder) && !Files.isExecutable(folder)) {
      return List.of(Finding.warning(NAME, "is not checked", "First see \"state.directory\"."));
    }
    Optional<LedgerServer> server = settings.operation().ledger();
    LedgerLook look =
        server.isPresent()
            ? LedgerLook.at(server.get(), settings.folders().stateFolder(), clock.instant())
            : LedgerLook.at(settings.folders().stateFolder(), clock.instant());
    List<Finding> findings = new ArrayList<>(List.of(ledger(look)));
    look.sharing().map(this::members).ifPresent(findings::add);
    for (Settings profile : settings.profiles().all()) {
      quota(look, profile).ifPresent(findings::add);
    }
    return findings;
  }

  private Finding ledger(LedgerLook look) throws IOException {
    StateFolder state = settings.folders().stateFolder();
    if (look.version().isEmpty()) {
      String where =
          settings.operation().ledger().map(server -> server + ", reachable, ").orElse("");
      return Finding.ok(NAME, where + "none yet; it is made at the start");
    }
    String version = "version " + look.version().get();
    return Finding.ok(
        NAME,
        settings
                .operation()
                .ledger()
                .map(server -> server + ", reachable, ")
                .orElseGet(() -> state.path() + ", whole, ")
            + version
            + (look.isCurrent() ? "" : ", which is brought up to date at the next start")
            + (look.sharing().isEmpty() && DaemonLock.isTaken(state)
                ? ", in use by the running daemon"
                : ""));
  }

  private Finding members(LedgerLook.Sharing sharing) {
    String folder =
        sharing.isFolderKnown()
            ? "; the ledger knows " + settings.folders().state()
            : "; " + settings.folders().state() + " is new to the ledger, and added at the start";
    List<LedgerLook.Daemon> silent = sharing.daemons().stream().filter(this::isSilent).toList();
    List<LedgerLook.Daemon> up =
        sharing.daemons().stream().filter(daemon -> !isSilent(daemon)).toList();
    String found =
        (up.isEmpty() ? "none is up" : "up: " + names(up))
            + (silent.isEmpty() ? "" : "; silent: " + names(silent))
            + folder;
    if (!sharing.isFolderKnown() && !up.isEmpty()) {
      return Finding.warning(
          MEMBERS,
          found,
          "If it is meant to be that of the others, see state.directory, and that it is mounted.");
    }
    Optional<String> twice = twice(up);
    if (twice.isPresent()) {
      return Finding.warning(
          MEMBERS, found, "Two are named " + twice.get() + "; give each a member.name of its own.");
    }
    return silent.isEmpty()
        ? Finding.ok(MEMBERS, found)
        : Finding.warning(
            MEMBERS,
            found,
            "See whether the silent ones work and reach the ledger; any other one takes over their"
                + " runs.");
  }

  private static Optional<String> twice(List<LedgerLook.Daemon> daemons) {
    Set<String> names = new HashSet<>();
    return daemons.stream().map(LedgerLook.Daemon::name).filter(name -> !names.add(name)).findAny();
  }

  private boolean isSilent(LedgerLook.Daemon daemon) {
    return daemon.silent().compareTo(settings.operation().member().silence()) > 0;
  }

  private static String names(List<LedgerLook.Daemon> daemons) {
    return daemons.stream()
        .map(daemon -> daemon.name() + " (" + daemon.version() + ")")
        .collect(Collectors.joining(", "));
  }

  private Optional<Finding> quota(LedgerLook look, Settings profile) {
    if (!look.isCurrent() || profile.service().key().isEmpty()) {
      return Optional.empty();
    }
    String name = profile.isDefault() ? "quota" : "quota of " + profile.profile();
    List<LedgerLook.Open> open =
        look.open().stream()
            .filter(each -> each.project().equals(profile.service().project().value()))
            .toList();
    int jobs = open.stream().mapToInt(LedgerLook.Open::jobs).sum();
    int most = profile.jobs().maxOpen();
    StringBuilder found =
        new StringBuilder(Amounts.count(jobs) + " of " + Amounts.count(most) + " jobs open");
    boolean isFull = jobs >= most;
    for (LedgerLook.Open each : open) {
      OptionalLong limit = limit(profile, each);
      found.append("; ").append(each.model()).append(": ").append(Amounts.tokens(each.tokens()));
      found.append(
          limit.isPresent()
              ? " of " + Amounts.tokens(limit.getAsLong()) + " tokens enqueued"
              : " tokens enqueued, no limit known");
      isFull |= limit.isPresent() && each.tokens() * 100 >= limit.getAsLong() * NEARLY_PERCENT;
    }
    return Optional.of(
        isFull
            ? Finding.warning(
                name, found.toString(), "New jobs wait by themselves until open ones have ended.")
            : Finding.ok(name, found.toString()));
  }

  private static OptionalLong limit(Settings profile, LedgerLook.Open open) {
    Settings.Quota quota = profile.jobs().quota();
    OptionalLong ofTier =
        quota.tier().isPresent()
            ? quota.table().enqueuedTokens(open.model(), quota.tier().getAsInt())
            : OptionalLong.empty();
    return ofTier.isEmpty() && open.refused().isPresent()
        ? OptionalLong.of(open.refused().get())
        : ofTier;
  }
}
