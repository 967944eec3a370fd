package dev.geminibatch.cli;

import dev.geminibatch.camel.Beans;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Whereabouts;
import dev.geminibatch.management.Health;
import dev.geminibatch.management.HealthCheck;
import dev.geminibatch.management.HealthReport;
import dev.geminibatch.report.MemberView;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AccountRefusals;
import dev.geminibatch.stage.TokenRoom;
import dev.geminibatch.window.Outlook;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What the window shows of a daemon beside its ledger. */
final class DaemonOutlook implements Outlook {
  private final Workspace workspace;
  private final Profiles profiles;
  private final AccountRefusals accounts;
  private final HealthReport health;
  private final Whereabouts whereabouts;
  private final TokenRoom room;

  DaemonOutlook(Workspace workspace, Beans beans, HealthReport health) throws IOException {
    this.workspace = workspace;
    this.profiles = workspace.settings().profiles();
    this.accounts = beans.accounts();
    this.health = health;
    this.whereabouts = workspace.ledger().whereabouts();
    this.room = new TokenRoom(workspace.ledger().limits(), workspace.ledger().tokenFactors());
  }

  /** A refused key before all else: nothing of its profiles moves until somebody sees to it. */
  @Override
  public List<String> troubles() {
    List<String> troubles = new ArrayList<>();
    Set<ProjectId> refused = new HashSet<>();
    for (Settings profile : profiles.all()) {
      if (profile.service().key().isPresent()) {
        ProjectId project = profile.service().project();
        Optional<ServiceFailure> failure = accounts.of(project);
        if (failure.isPresent() && refused.add(project)) {
          troubles.add(
              "The service refuses the key of profile "
                  + profile.profile()
                  + ": "
                  + Amounts.clause(failure.get().getMessage())
                  + ".");
        }
      }
    }
    for (HealthCheck check : health.readiness()) {
      Health found = check.check();
      if (!found.isWell() && (refused.isEmpty() || !check.name().startsWith("service"))) {
        troubles.add(Amounts.clause(found.why()) + ".");
      }
    }
    whereabouts.stranded().forEach(stranded -> troubles.add(MemberView.sentence(stranded)));
    return troubles;
  }

  /** Of the default one for a profile that is not set any more. */
  private Settings of(String profile) {
    return profiles.of(profiles.has(profile) ? profile : Profiles.DEFAULT);
  }

  @Override
  public Prices prices(String profile) {
    return profiles.prices(of(profile).costs().prices());
  }

  @Override
  public long outputTokens(String profile) {
    return of(profile).costs().outputTokens();
  }

  @Override
  public OptionalLong mostEnqueued(ProjectId project, String model) {
    Optional<Settings> profile = first(project);
    if (profile.isEmpty()) {
      return OptionalLong.empty();
    }
    long most = room.limit(project, model, profile.get().jobs()).total();
    return most == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(most);
  }

  @Override
  public String profile(ProjectId project) {
    return first(project).map(Settings::profile).orElse(project.value());
  }

  private Optional<Settings> first(ProjectId project) {
    return profiles.all().stream()
        .filter(profile -> profile.service().key().isPresent())
        .filter(profile -> profile.service().project().equals(project))
        .findFirst();
  }
}
