package dev.geminibatch.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.quartz.TriggerKey;

/**
 * The database of ledger and upload cache. All statements are written so that each kind of database
 * understands them; what else is different is here.
 */
interface LedgerDatabase extends AutoCloseable, LedgerNotes {
  /** The version of the tables: the last file in db/migration, and in db/postgresql. */
  String NEWEST = "10";

  /** Where it is, for a person. */
  String place();

  /** Every commit is on the disk when it returns: for what must outlive a power failure. */
  Access durable();

  /**
   * A commit outlives the process, and may be lost with the power: for what is found out again when
   * a stage is run again. A transaction of either kind has the ledger to itself, so what is done
   * meanwhile takes a moment only.
   */
  Access quick();

  /** For queries that find many rows, which hold nobody up. Nothing is written through it. */
  Access reading();

  /** What to sort jobs by for the order in which they were sent, more or less, at no cost. */
  String orderOfRows();

  /** Stands for what the ledger holds: each commit, of whatever process, changes it. */
  long stamp();

  /** The copies that this program has kept before upgrades. */
  List<Path> copiesBeforeUpgrades() throws IOException;

  /**
   * Makes what members keep their triggers in, for those whose routes a member has; empty if there
   * is one daemon, which has them in its memory.
   */
  default Optional<Function<Predicate<TriggerKey>, TickStore>> ticks() {
    return Optional.empty();
  }

  @Override
  void close();
}
