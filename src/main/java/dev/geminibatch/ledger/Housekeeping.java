package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import java.time.Instant;
import java.util.List;

/**
 * Forgets what is no longer needed, so that the ledger stays as large as {@code history.keep} makes
 * it. What takes long to find is found without keeping anybody from writing.
 */
public final class Housekeeping {
  private static final int AT_ONCE = 1_000;

  private final Access quick;
  private final Fences fences;
  private final Access reading;
  private long newestDigestBefore;

  Housekeeping(LedgerDatabase database, Fences fences) {
    this.fences = fences;
    this.quick = database.quick();
    this.reading = database.reading();
  }

  /**
   * Runs that were finished before a time, but for those that others still follow. From now on
   * nobody follows them, so that their files can be removed before they are forgotten.
   *
   * @param skipped so many of the oldest ones are left out
   */
  public List<Run> finishedBefore(Instant time, int skipped, int most) {
    return quick.inTransaction(
        handle -> {
          List<Run> runs =
              handle
                  .createQuery(
                      Rows.RUNS
                          + """

                      WHERE state IN ('DELIVERED', 'FAILED') AND updated_at < :time
                        AND (run.mark IS NULL OR run.mark = :mark)
                        AND NOT EXISTS (SELECT 1 FROM run AS follower
                          WHERE follower.leader = run.id
                            AND follower.state NOT IN ('DELIVERED', 'FAILED'))
                      ORDER BY updated_at, id LIMIT :most OFFSET :skipped""")
                  .bind("time", time.toEpochMilli())
                  .bind("mark", fences.mark())
                  .bind("most", most)
                  .bind("skipped", skipped)
                  .map(row -> Rows.run(row))
                  .list();
          runs.forEach(
              run -> handle.execute("UPDATE run SET fingerprint = NULL WHERE id = ?", run.id()));
          return runs;
        });
  }

  /** Forgets runs with their jobs and files. */
  public void forget(List<String> runs) {
    quick.useTransaction(handle -> runs.forEach(run -> RunLedger.remove(handle, run)));
  }

  /** Whether the ledger has a run. */
  public boolean isKnown(String runId) {
    return quick.withHandle(
        handle ->
            handle
                    .createQuery("SELECT COUNT(*) FROM run WHERE id = :id")
                    .bind("id", runId)
                    .mapTo(Long.class)
                    .one()
                > 0);
  }

  /**
   * Forgets what was learned about models and files that no run in the ledger has anything to do
   * with, and that was not changed since a time.
   */
  public void forgetUnused(Instant before) {
    quick.useTransaction(
        handle -> {
          handle.execute(
              "DELETE FROM token_limit WHERE updated_at < ?"
                  + " AND model NOT IN (SELECT model FROM job)",
              before.toEpochMilli());
          handle.execute(
              "DELETE FROM token_factor WHERE updated_at < ?"
                  + " AND model NOT IN (SELECT model FROM job)",
              before.toEpochMilli());
        });
    reading
        .withHandle(Housekeeping::idleModels)
        .forEach(
            model ->
                quick.useTransaction(
                    handle ->
                        handle.execute(
                            "DELETE FROM model_turn WHERE model = ?"
                                + " AND NOT EXISTS (SELECT 1 FROM job WHERE model = ?)",
                            model,
                            model)));
    forgetDigests();
  }

  private static List<String> idleModels(Handle handle) {
    return handle
        .createQuery(
            "SELECT DISTINCT model FROM model_turn WHERE model NOT IN (SELECT model FROM job)")
        .mapTo(String.class)
        .list();
  }

  /**
   * One that is new may be of a run that is inspected at this moment; it has until the next time.
   */
  private void forgetDigests() {
    List<String> paths;
    do {
      paths =
          reading.withHandle(
              handle ->
                  handle
                      .createQuery(
                          "SELECT path FROM digest WHERE rowid <= :newest AND path NOT IN"
                              + " (SELECT path FROM media WHERE path IS NOT NULL) LIMIT :most")
                      .bind("newest", newestDigestBefore)
                      .bind("most", AT_ONCE)
                      .mapTo(String.class)
                      .list());
      List<String> unused = paths;
      quick.useTransaction(
          handle ->
              unused.forEach(path -> handle.execute("DELETE FROM digest WHERE path = ?", path)));
    } while (paths.size() == AT_ONCE);
    newestDigestBefore =
        reading.withHandle(
            handle ->
                handle
                    .createQuery("SELECT COALESCE(MAX(rowid), 0) FROM digest")
                    .mapTo(Long.class)
                    .one());
  }
}
