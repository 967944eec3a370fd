package dev.geminibatch.ledger;

import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.JobTimes;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.Suspicion;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.Tokens;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/** Rows of the tables as records, and what several statements have in common. */
final class Rows {
  /** Selects runs; a condition may follow. */
  static final String RUNS =
      """
      SELECT run.*, CASE WHEN EXISTS (
        SELECT 1 FROM job WHERE job.run_id = run.id
          AND job.state NOT IN ('ASSEMBLED', 'UPLOADED')) THEN 1 ELSE 0 END AS paid
      FROM run""";

  /** The states of runs that are not finished, as a list in SQL. */
  static final String UNFINISHED = list(RunState.unfinished());

  /** Runs that this process has or may get; {@code :me} and {@code :mark} see {@link Fences}. */
  static final String OURS_OR_FREE =
      "(run.owner IS NULL OR run.owner = :me OR NOT "
          + Fences.IS_TAKEN
          + ") AND (run.mark IS NULL OR run.mark = :mark)";

  private static final int LONGEST_TEXT = 4000;

  private Rows() {}

  /** States as a list in SQL, {@code ('A', 'B')}. */
  static String list(Collection<? extends Enum<?>> states) {
    return states.stream()
        .map(state -> "'" + state.name() + "'")
        .collect(Collectors.joining(", ", "(", ")"));
  }

  /** What a column of text takes: a refusal may name a million lines. */
  static String shortened(String text) {
    return text == null ? null : Redactor.shortened(text, LONGEST_TEXT);
  }

  static Run run(Row row) throws SQLException {
    return new Run(
        row.getString("id"),
        new RunInput(
            row.getString("name"),
            Path.of(row.getString("source")),
            row.getInt("from_inbox") != 0,
            row.getLong("input_size"),
            row.getLong("input_modified")),
        new RunOptions(
            row.getString("profile"),
            row.getString("model"),
            Path.of(row.getString("media_root")),
            row.getString("display_name"),
            row.getInt("forced") != 0,
            row.getInt("priority"),
            row.getInt("dry_run") != 0),
        RunState.valueOf(row.getString("state")),
        text(row, "output").map(Path::of),
        row.getInt("paid") != 0,
        row.getInt("attempt"),
        new Run.Wait(
            text(row, "reason"),
            row.getInt("tries"),
            Instant.ofEpochMilli(row.getLong("next_try")),
            row.getString("waits_for") != null,
            row.getInt("held") != 0,
            row.getInt("held") == RunLedger.PAUSED,
            row.getInt("cancelled") != 0,
            Suspicion.of(row.getInt("strikes"))),
        text(row, "leader"),
        new Run.Counts(
            row.getLong("requests"),
            row.getLong("rejected"),
            row.getLong("answered"),
            row.getLong("uploads_new"),
            row.getLong("uploads_reused")),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("updated_at")));
  }

  static Job job(Row row) throws SQLException {
    return new Job(
        row.getString("run_id"),
        row.getInt("number"),
        row.getInt("attempt"),
        row.getString("model"),
        new Job.Size(
            row.getLong("requests"),
            TokensByKind.parse(row.getString("tokens_by_kind")),
            row.getLong("tokens")),
        JobState.valueOf(row.getString("state")),
        row.getString("display_name"),
        row.getInt("creation"),
        row.getInt("cancel_asked") != 0,
        new Job.Remote(
            text(row, "pack"),
            number(row, "pack_most"),
            text(row, "project").map(ProjectId::new),
            text(row, "input_file"),
            text(row, "name").filter(JobName::isName).map(JobName::new),
            text(row, "remote_state"),
            text(row, "responses_file"),
            text(row, "reason"),
            done(row)),
        new Job.Outcome(row.getLong("answered"), row.getLong("failed"), tokens(row)),
        new JobTimes(
            time(row, "creating_at"),
            time(row, "given_up_at"),
            time(row, "submitted_at"),
            time(row, "started_at"),
            time(row, "ended_at")));
  }

  /** From columns of these names, of whatever table. */
  static Tokens tokens(Row row) throws SQLException {
    return new Tokens(
        row.getLong("tokens_in"),
        row.getLong("tokens_out"),
        row.getLong("tokens_thought"),
        row.getLong("tokens_cached"));
  }

  private static Optional<Job.Done> done(Row row) throws SQLException {
    long answered = row.getLong("done");
    return row.wasNull()
        ? Optional.empty()
        : Optional.of(new Job.Done(answered, row.getLong("done_failed")));
  }

  static Optional<String> text(Row row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }

  static Optional<Integer> number(Row row, String column) throws SQLException {
    int number = row.getInt(column);
    return row.wasNull() ? Optional.empty() : Optional.of(number);
  }

  private static Optional<Instant> time(Row row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }
}
