package dev.geminibatch.stage.receive;

import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.InboxClaims;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inboxes of members that share a ledger: each file becomes one run, under whatever path each of
 * them sees it.
 */
final class SharedInbox {
  private static final Logger LOG = LoggerFactory.getLogger("receive");

  private final StageContext context;
  private final InboxClaims claims;

  SharedInbox(StageContext context) {
    this.context = context;
    this.claims = context.ledger().runs().inboxClaims();
  }

  /**
   * Writes down the runs of files that no run has, and removes what was left of files that were
   * taken while their inbox could not be seen.
   *
   * @return what is to be brought in
   */
  List<Drops.Taking> claim(List<Drops.Taking> begun) {
    InboxClaims.Outcome outcome =
        claims.claim(
            begun.stream()
                .map(each -> new InboxClaims.Claim(each.run(), each.known().map(KnownDrop::text)))
                .toList());
    for (Drops.Taking each : begun) {
      String run = each.run().id();
      if (!outcome.ours().contains(run)) {
        context.leases().release(run);
      }
      if (outcome.remains().containsKey(run)) {
        remove(each, outcome.remains().get(run));
      }
    }
    return begun.stream().filter(each -> outcome.ours().contains(each.run().id())).toList();
  }

  private void remove(Drops.Taking taking, String holder) {
    Path file = taking.dropped().file();
    KnownDrop known = taking.known().orElseThrow();
    try {
      if (known.isAt(file)) {
        Files.delete(file);
        known.removeSettings(file);
        claims.settle(holder);
        LOG.info(
            "{}: run {} has it already; what was left in the inbox is removed",
            Visible.line(taking.run().name()),
            holder);
      }
    } catch (IOException e) {
      LOG.warn("{} cannot be removed, and run {} has it already: {}", file, holder, e.toString());
    }
  }
}
