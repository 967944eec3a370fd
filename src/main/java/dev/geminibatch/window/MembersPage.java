package dev.geminibatch.window;

import dev.geminibatch.ledger.Members.Member;
import dev.geminibatch.report.MemberView;
import java.util.List;

/**
 * The daemons that share the ledger.
 *
 * @param view of them at this moment
 */
record MembersPage(Frame frame, List<Member> members, MemberView view) {
  /** The class that gives the state of a member its colour. */
  String kind(Member member) {
    return switch (view.state(member)) {
      case "up" -> "answered";
      case "gone" -> "open";
      default -> "again";
    };
  }
}
