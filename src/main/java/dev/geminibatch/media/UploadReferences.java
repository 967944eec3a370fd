package dev.geminibatch.media;

import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The references that the lines of a run use, when lines are sent again. */
public final class UploadReferences {
  private final Jdbi jdbi;

  public UploadReferences(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /**
   * A file that a line needs once more.
   *
   * @param dead whether a file of the line was found dead, so that all of its files are asked for
   *     anew
   */
  public record Needed(String tag, boolean dead) {}

  /**
   * Marks files of a run as needed for another attempt.
   *
   * @param project the fingerprint of the key that the run is sent with
   */
  public void needAgain(String project, String runId, int attempt, List<Needed> files) {
    if (files.isEmpty()) {
      return;
    }
    jdbi.useTransaction(
        handle -> {
          for (Needed file : files) {
            handle.execute(
                "UPDATE media SET attempt = ? WHERE run_id = ? AND tag = ?",
                attempt,
                runId,
                file.tag());
            if (file.dead()) {
              handle.execute(
                  """
                  DELETE FROM upload WHERE project = ? AND sha256 IN (
                    SELECT sha256 FROM media WHERE run_id = ? AND tag = ?)""",
                  project,
                  runId,
                  file.tag());
            }
          }
        });
  }
}
