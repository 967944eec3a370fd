package dev.geminibatch.management;

import dev.geminibatch.ledger.Members;
import dev.geminibatch.ledger.Members.Member;
import dev.geminibatch.ledger.Members.State;
import dev.geminibatch.report.MemberView;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** The daemons that share a ledger on a server. */
final class MemberMetrics implements Group {
  /** Then the name of one that is gone is left out: each start in a cluster may bring another. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  private static final List<String> STATES = List.of("up", "draining", "silent", "gone");

  private final Members members;
  private final Duration silence;
  private final Clock clock;

  /**
   * @param silence after which a member is taken for gone
   */
  MemberMetrics(Members members, Duration silence, Clock clock) {
    this.members = members;
    this.silence = silence;
    this.clock = clock;
  }

  @Override
  public void read(Samples samples) {
    MemberView view = new MemberView(clock.instant(), silence);
    STATES.forEach(state -> samples.add(Metric.MEMBERS, 0, state));
    for (Member member : members.list()) {
      boolean isRemembered = view.age(member).compareTo(REMEMBERED) < 0;
      if (member.isDaemon() && (isRemembered || member.state() != State.GONE)) {
        samples.add(Metric.MEMBERS, 1, view.state(member));
        samples.add(Metric.MEMBER_RUNS, member.runs(), member.name());
        samples.least(Metric.MEMBER_SILENCE, view.age(member).toMillis() / 1e3, member.name());
      }
    }
  }
}
