package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import java.nio.file.Path;
import java.util.List;

/** The row of a run that begins. */
final class NewRun {
  private NewRun() {}

  /**
   * Writes it, for this member if it holds it.
   *
   * @param now in milliseconds since 1970
   */
  static void add(Handle handle, Run run, Fences fences, long now) {
    add(handle, List.of(run), fences, now);
  }

  /** The same of several. */
  static void add(Handle handle, List<Run> runs, Fences fences, long now) {
    Batch batch =
        handle.prepareBatch(
            """
                    INSERT INTO run (id, name, profile, source, from_inbox, output, model, media_root,
                      display_name, forced, priority, dry_run, held, state, created_at, updated_at,
                      owner, fence, mark)
                    VALUES (:id, :name, :profile, :source, :fromInbox, :output, :model, :mediaRoot,
                      :displayName, :forced, :priority, :dryRun, :held, :state, :now, :now,
                      :owner, :fence, :mark)""");
    for (Run run : runs) {
      batch
          .bind("id", run.id())
          .bind("name", run.name())
          .bind("profile", run.profile())
          .bind("source", run.source().toString())
          .bind("fromInbox", run.fromInbox() ? 1 : 0)
          .bind("output", run.output().map(Path::toString).orElse(null))
          .bind("model", run.model())
          .bind("mediaRoot", run.options().mediaRoot().toString())
          .bind("displayName", run.options().displayName())
          .bind("forced", run.forced() ? 1 : 0)
          .bind("priority", run.options().priority())
          .bind("dryRun", run.isDryRun() ? 1 : 0)
          .bind("held", run.isPaused() ? RunLedger.PAUSED : 0)
          .bind("state", run.state().name())
          .bind("now", now)
          .bind("owner", fences.ownerOf(run.id()))
          .bind("fence", fences.of(run.id()))
          .bind("mark", fences.mark())
          .add();
    }
    batch.execute();
  }
}
