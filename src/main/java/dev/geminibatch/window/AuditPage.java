package dev.geminibatch.window;

import dev.geminibatch.ledger.Audit;
import java.util.List;

/**
 * What persons have done, the newest first.
 *
 * @param next the address of the next page; null if this is the last
 */
record AuditPage(Frame frame, List<Audit.Entry> entries, String next) {}
