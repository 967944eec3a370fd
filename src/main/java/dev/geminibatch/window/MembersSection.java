package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.Members.Member;
import dev.geminibatch.report.MemberView;
import java.time.Clock;
import java.util.List;

/** The daemons that share the ledger; none if it is in the state folder. */
final class MembersSection implements Section {
  private final Ledger ledger;
  private final Setup setup;
  private final Clock clock;
  private final Answers answers;

  MembersSection(Sources sources, Answers answers) {
    this.ledger = sources.ledger();
    this.setup = sources.setup();
    this.clock = sources.clock();
    this.answers = answers;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/members", (request, names) -> page(request)),
        Route.get("/api/v1/members", (request, names) -> list()));
  }

  private List<Member> members() {
    return ledger.isShared() ? ledger.members().list() : List.of();
  }

  private MemberView view() {
    return new MemberView(clock.instant(), setup.memberSilence());
  }

  private WebAnswer page(WebRequest request) {
    return ledger.isShared()
        ? Answers.html(
            200, "members", new MembersPage(answers.frame(request, "Members"), members(), view()))
        : Answers.refused(request, 404, "The ledger is in the state folder, and has one daemon.");
  }

  private WebAnswer list() {
    MemberView view = view();
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode array = document.putArray("members");
    members().forEach(member -> array.add(view.json(member)));
    return Answers.json(200, document);
  }
}
