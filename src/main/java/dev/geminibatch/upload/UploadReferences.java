package dev.geminibatch.upload;

import java.util.List;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/** The references that the lines of a run use, when lines are sent again. */
public final class UploadReferences {
  private final Jdbi jdbi;
  private final Supplier<String> project;

  /**
   * @param project the fingerprint of the key's project
   */
  public UploadReferences(Jdbi jdbi, Supplier<String> project) {
    this.jdbi = jdbi;
    this.project = project;
  }

  /**
   * Marks the files of a line as needed for another attempt.
   *
   * @param dead whether one of them was found dead, so that all are asked for anew
   */
  public void needAgain(String runId, List<String> tags, int attempt, boolean dead) {
    jdbi.useTransaction(
        handle -> {
          for (String tag : tags) {
            handle.execute(
                "UPDATE media SET attempt = ? WHERE run_id = ? AND tag = ?", attempt, runId, tag);
            if (dead) {
              handle.execute(
                  """
                  DELETE FROM upload WHERE project = ? AND sha256 IN (
                    SELECT sha256 FROM media WHERE run_id = ? AND tag = ?)""",
                  project.get(),
                  runId,
                  tag);
            }
          }
        });
  }
}
