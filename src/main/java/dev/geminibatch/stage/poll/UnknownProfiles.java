package dev.geminibatch.stage.poll;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunScope;
import dev.geminibatch.stage.StageContext;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says why runs wait whose profile is not set here any more, or has no key. */
final class UnknownProfiles {
  private static final Logger LOG = LoggerFactory.getLogger("poll");

  private final StageContext context;
  private final Leases leases;

  UnknownProfiles(StageContext context) {
    this.context = context;
    this.leases = context.leases();
  }

  /** Nothing else would say it. */
  void explain(List<Run> runs) {
    if (leases.areShared()) {
      runs.stream()
          .collect(Collectors.groupingBy(Run::profile, TreeMap::new, Collectors.counting()))
          .forEach(UnknownProfiles::leave);
    } else {
      runs.stream().filter(this::isNobodyElses).forEach(this::park);
    }
  }

  /** Another member may know the profile; parked, its runs would lose their place in the queue. */
  private static void leave(String profile, long runs) {
    LOG.warn(
        "Profile {} is not in the configuration here, or has no key; {} of it left to other members",
        profile,
        Amounts.count(runs, "run"));
  }

  private boolean isNobodyElses(Run run) {
    return leases.isOurs(run.id()) || leases.isFree(run.id());
  }

  private void park(Run run) {
    String reason =
        "Its profile "
            + run.profile()
            + " is not in the configuration any more, or has no key; it resumes when that is"
            + " fixed.";
    try (RunScope scope = RunScope.of(run)) {
      LOG.warn("{}: {}", run.name(), reason);
    }
    context.ledger().runs().parked(run.id(), reason, Duration.ZERO);
  }
}
