package dev.geminibatch.ledger;

import dev.geminibatch.service.ProjectId;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The jobs as the service names them, and whose they are. */
public final class JobOwners {
  private static final String OWNER =
      """
      SELECT run.id AS run_id, run.name AS run_name, of_name.runs AS runs
      FROM (SELECT MIN(run_id) AS first, COUNT(DISTINCT run_id) AS runs FROM job
        WHERE name = :name) AS of_name
      JOIN run ON run.id = of_name.first""";

  private static final String OLDEST =
      "SELECT name FROM job WHERE state = 'OPEN' AND name IS NOT NULL ORDER BY %s LIMIT 10000";

  /** With a cast, so that the index of names is used: there may be a million open jobs. */
  static final String OPEN =
      """
      SELECT open.*, run.id AS run_id, run.name AS run_name
      FROM (SELECT name, MAX(project) AS project, MAX(model) AS model,
          MAX(remote_state) AS remote_state, SUM(requests) AS requests,
          MIN(submitted_at) AS submitted_at, MIN(run_id) AS first,
          COUNT(DISTINCT run_id) AS runs
        FROM job WHERE name = :name AND CAST(state AS TEXT) = 'OPEN' GROUP BY name) AS open
      JOIN run ON run.id = open.first""";

  private final Access reading;
  private final String oldest;

  JobOwners(LedgerDatabase database) {
    this.oldest = String.format(OLDEST, database.orderOfRows());
    this.reading = database.reading();
  }

  /**
   * Whose a job is.
   *
   * @param runName of the first of its runs
   * @param runs how many share it
   */
  public record Owner(String runId, String runName, long runs) {}

  /**
   * A job that is open as far as is known here.
   *
   * @param name {@code batches/...}
   * @param state in the service's word, when it was asked last
   */
  public record Open(
      String name,
      ProjectId project,
      String model,
      String state,
      long requests,
      Instant submitted,
      Owner owner) {}

  /** The owners of jobs, by their names; those of others are not in it. */
  public Map<String, Owner> of(Collection<String> names) {
    return reading.withHandle(
        handle -> {
          Map<String, Owner> owners = new HashMap<>();
          for (String name : names) {
            handle
                .createQuery(OWNER)
                .bind("name", name)
                .map(row -> owner(row))
                .findFirst()
                .ifPresent(owner -> owners.put(name, owner));
          }
          return owners;
        });
  }

  /**
   * Open jobs that the service has not listed, the oldest first; of very many open ones only the
   * oldest are searched.
   *
   * @param listed the names of the others
   */
  public List<Open> unlisted(Set<String> listed, int most) {
    return reading.withHandle(
        handle ->
            handle.createQuery(oldest).map(row -> row.getString("name")).list().stream()
                .distinct()
                .filter(name -> !listed.contains(name))
                .limit(most)
                .flatMap(name -> open(handle, name).stream())
                .toList());
  }

  private static Optional<Open> open(Handle handle, String name) {
    return handle
        .createQuery(OPEN)
        .bind("name", name)
        .map(
            row ->
                new Open(
                    row.getString("name"),
                    new ProjectId(row.getString("project")),
                    row.getString("model"),
                    row.getString("remote_state"),
                    row.getLong("requests"),
                    Instant.ofEpochMilli(row.getLong("submitted_at")),
                    owner(row)))
        .findFirst();
  }

  private static Owner owner(Row row) throws SQLException {
    return new Owner(row.getString("run_id"), row.getString("run_name"), row.getLong("runs"));
  }
}
