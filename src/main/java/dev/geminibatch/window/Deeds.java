package dev.geminibatch.window;

import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Audit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what persons do, for everybody to see. */
final class Deeds {
  private static final Logger LOG = LoggerFactory.getLogger("window");

  private final Audit audit;
  private final boolean isClosed;

  /**
   * Writes into the ledger.
   *
   * @param isClosed whether requests bring a token
   */
  Deeds(Sources sources, boolean isClosed) {
    this.audit = sources.ledger().audit();
    this.isClosed = isClosed;
  }

  /**
   * Something was done; it is on the disk when this returns.
   *
   * @param run that it was done to; empty if there is none
   */
  void done(WebRequest request, Optional<String> run, String sentence) {
    String who =
        request.address()
            + (isClosed ? " with management.token" : " without a token")
            + (request.isOfBrowser() ? "" : ", by the API");
    audit.write(who, Visible.line(sentence), run);
    LOG.info("{} ({})", Visible.line(sentence), who);
  }
}
