package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.HostName;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.Members.Member;
import dev.geminibatch.ledger.Members.State;
import dev.geminibatch.report.MemberView;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code --drain}: asks a member of the ledger to hand over its runs and to end, and waits for it.
 * The wish stands in the ledger, so that it holds if nobody waits any more.
 */
final class DrainCommand {
  private static final Duration LEAST_PATIENCE = Duration.ofMinutes(2);

  private static final Duration LOOK = Duration.ofMillis(500);

  private final Session session;

  DrainCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    if (session.settings().operation().ledger().isEmpty()) {
      throw new UsageException(
          "--drain is for several daemons that share a ledger on a server (ledger.url). Here there"
              + " is one daemon; stop it with SIGTERM.");
    }
    try (Workspace workspace = session.impatientWorkspace()) {
      Ledger ledger = workspace.ledger();
      MemberView view =
          new MemberView(
              workspace.clock().instant(), session.settings().operation().member().silence());
      Member member = chosen(ledger.members().list(), view);
      String name = Visible.line(member.name());
      if (ledger.members().drain(member.id())) {
        String who = System.getProperty("user.name") + " on " + HostName.get() + ", by --drain";
        ledger
            .audit()
            .write(who, "Asked member " + name + " to hand over its runs", Optional.empty());
      }
      session
          .terminal()
          .tell(
              "Member "
                  + name
                  + " takes nothing new, and ends soon. "
                  + "Ctrl-C ends the waiting, and it is drained all the same.");
      return await(ledger, member);
    }
  }

  private int await(Ledger ledger, Member member) throws InterruptedException {
    Duration patience = patience(session.settings().operation().member().silence());
    Instant until = session.clock().instant().plus(patience);
    long shown = -1;
    while (true) {
      List<Member> all = ledger.members().list();
      Optional<Member> now = all.stream().filter(each -> each.id().equals(member.id())).findFirst();
      if (now.isEmpty() || now.get().state() == State.GONE) {
        return over(member, "gone", drained(member, all), ExitCode.OK);
      }
      if (session.clock().instant().isAfter(until)) {
        return over(
            member,
            "draining",
            "Member "
                + member.name()
                + " has not ended within "
                + Amounts.time(patience)
                + ". It ends when it sees that it is asked to; if it is silent, the others take"
                + " over its runs. --status shows its last heartbeat.",
            ExitCode.TIMED_OUT);
      }
      if (now.get().runs() != shown) {
        shown = now.get().runs();
        session.terminal().tell("It has " + Amounts.count(shown, "run") + ".");
      }
      Pause.of(LOOK);
    }
  }

  /**
   * A heartbeat until the member knows, as long as its silence may last for what it has in hand,
   * and some time to end.
   */
  static Duration patience(Duration silence) {
    Duration twice = silence.multipliedBy(2);
    return twice.compareTo(LEAST_PATIENCE) > 0 ? twice : LEAST_PATIENCE;
  }

  private static String drained(Member member, List<Member> all) {
    List<String> others =
        all.stream()
            .filter(each -> each.isDaemon() && each.state() == State.UP)
            .map(Member::name)
            .toList();
    return "Member "
        + member.name()
        + " has ended, and its runs are free"
        + (others.isEmpty()
            ? "; no other member is up to take them."
            : " for " + String.join(", ", others) + ".");
  }

  private int over(Member member, String state, String sentence, int code) {
    session.print(
        JsonNodeFactory.instance
            .objectNode()
            .put("member", member.name())
            .put("id", member.id())
            .put("state", state),
        sentence);
    return code;
  }

  private Member chosen(List<Member> all, MemberView view) {
    List<Member> daemons = all.stream().filter(Member::isDaemon).toList();
    List<Member> up =
        daemons.stream()
            .filter(each -> List.of("up", "draining").contains(view.state(each)))
            .toList();
    return session.options().drain.isEmpty()
        ? ofThisMachine(up)
        : named(Visible.line(session.options().drain), daemons, up, view);
  }

  private Member ofThisMachine(List<Member> up) {
    String name = Workspace.memberName(session.settings());
    List<Member> here =
        up.stream().filter(each -> each.isOnThisMachine() || each.name().equals(name)).toList();
    if (here.size() == 1) {
      return here.get(0);
    }
    throw new UsageException(
        (here.isEmpty()
                ? "No member of this machine is up. "
                : "Several members of this machine are up. ")
            + (up.isEmpty()
                ? "No other member is up."
                : "Write --drain MEMBER with one of: " + names(here.isEmpty() ? up : here) + "."));
  }

  private static Member named(
      String wanted, List<Member> daemons, List<Member> up, MemberView view) {
    List<Member> found = called(wanted, up);
    if (found.size() == 1) {
      return found.get(0);
    }
    if (!found.isEmpty()) {
      throw new UsageException(
          "Several members are called " + wanted + "; write the id of one: " + names(found) + ".");
    }
    String state =
        called(wanted, daemons).stream()
            .map(view::state)
            .max(Comparator.naturalOrder()) // silent before gone
            .map(
                each ->
                    each.equals("silent")
                        ? "Member "
                            + wanted
                            + " is silent and cannot be asked. Any other one takes over its runs."
                        : "Member " + wanted + " is gone already.")
            .orElse("There is no member " + wanted + ".");
    throw new UsageException(state + (up.isEmpty() ? " None is up." : " Up: " + names(up) + "."));
  }

  private static List<Member> called(String wanted, List<Member> members) {
    return members.stream()
        .filter(each -> each.id().equals(wanted) || each.name().equals(wanted))
        .toList();
  }

  /** With their ids where a name is not enough. */
  private static String names(List<Member> members) {
    long names = members.stream().map(Member::name).distinct().count();
    return members.stream()
        .map(each -> each.name() + (names == members.size() ? "" : " (" + each.id() + ")"))
        .collect(Collectors.joining(", "));
  }
}
