package dev.geminibatch.window;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.service.ProjectId;
import java.util.List;
import java.util.OptionalLong;

/** What the pages show and the ledger does not know: what is set, and how the daemon is. */
public interface Outlook {
  /** What needs a person, each in a sentence, the worst first. It may take a while to find out. */
  List<String> troubles();

  /** Today's prices for a profile. */
  Prices prices(String profile);

  /** How many tokens an answer has, as far as costs are estimated for a profile. */
  long outputTokens(String profile);

  /** How many tokens of a model may be enqueued; empty if that is not known. */
  OptionalLong mostEnqueued(ProjectId project, String model);

  /** The first profile with the key of a project; the project itself if there is none. */
  String profile(ProjectId project);
}
