package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the runs of a ledger on a server are: which member has each, and whose state folder has its
 * files. Of a ledger in a state folder there is nothing to say.
 */
public final class Whereabouts {
  private static final String IS_IN_REACH =
      "(run.mark IS NULL OR EXISTS (SELECT 1 FROM member WHERE member.mark = run.mark"
          + " AND member.daemon = 1 AND member.state <> 'GONE'))";

  /** One that is alive if there is one, else the last one. */
  private static final String WHOSE_FOLDER =
      "(SELECT name FROM member WHERE member.mark = run.mark"
          + " ORDER BY CASE state WHEN 'GONE' THEN 1 ELSE 0 END, beat DESC LIMIT 1)";

  private static final String PLACE =
      "SELECT id, mark, "
          + WHOSE_FOLDER
          + " AS folder_of, CASE WHEN "
          + IS_IN_REACH
          + " THEN 1 ELSE 0 END AS in_reach, (SELECT name FROM member WHERE member.id = run.owner"
          + " AND member.state <> 'GONE') AS with_member FROM run WHERE id IN (";

  /** Whether there is more than one daemon with one folder. */
  private static final String ARE_SEVERAL =
      "SELECT CASE WHEN (SELECT COUNT(*) FROM state_folder) > 1"
          + " OR (SELECT COUNT(*) FROM member WHERE daemon = 1 AND state <> 'GONE') > 1"
          + " THEN 1 ELSE 0 END";

  private static final String STRANDED =
      "SELECT "
          + WHOSE_FOLDER
          + " AS folder_of, COUNT(*) AS runs FROM run WHERE dry_run = 0 AND state IN "
          + Rows.UNFINISHED
          + " AND NOT "
          + IS_IN_REACH
          + " AND NOT "
          + Fences.IS_TAKEN
          + " GROUP BY mark ORDER BY runs DESC";

  private final Access reading;
  private final String mark;

  /**
   * @param mark of the state folder of this process; null if the ledger is in it
   */
  Whereabouts(LedgerDatabase database, String mark) {
    this.reading = database.reading();
    this.mark = mark;
  }

  /**
   * Where a run is.
   *
   * @param member who has it; empty if nobody has
   * @param isHere whether its files are in the state folder of this process
   * @param isInReach whether a daemon that is up has them in its own
   * @param folderOf a member with that folder, the last one if none is up; empty if it is forgotten
   */
  public record Place(
      Optional<String> member, boolean isHere, boolean isInReach, Optional<String> folderOf) {}

  /**
   * Unfinished runs that nobody can work on.
   *
   * @param folderOf who had the state folder with their files; empty if it is forgotten
   */
  public record Stranded(Optional<String> folderOf, long runs) {}

  /**
   * Of runs, by their ids; none if there is only one place where they can be.
   *
   * @param runIds few enough for a page
   */
  public Map<String, Place> of(Collection<String> runIds) {
    if (mark == null || runIds.isEmpty()) {
      return Map.of();
    }
    String each = String.join(", ", Collections.nCopies(runIds.size(), "?")) + ")";
    return reading.withHandle(
        handle -> {
          Map<String, Place> places = new HashMap<>();
          if (handle.createQuery(ARE_SEVERAL).mapTo(Long.class).one() > 0) {
            handle
                .select(PLACE + each, runIds.toArray())
                .map(row -> Map.entry(row.getString("id"), place(row)))
                .forEach(found -> places.put(found.getKey(), found.getValue()));
          }
          return places;
        });
  }

  /** Of one run; empty if there is only one place where it can be. */
  public Optional<Place> of(Run run) {
    return Optional.ofNullable(of(List.of(run.id())).get(run.id()));
  }

  private Place place(Row row) throws SQLException {
    Optional<String> where = Rows.text(row, "mark");
    return new Place(
        Rows.text(row, "with_member"),
        where.isEmpty() || where.get().equals(mark),
        row.getInt("in_reach") != 0,
        Rows.text(row, "folder_of"));
  }

  /** The runs that nobody can work on, the most first. */
  public List<Stranded> stranded() {
    return mark == null
        ? List.of()
        : reading.withHandle(
            handle ->
                handle
                    .createQuery(STRANDED)
                    .map(row -> new Stranded(Rows.text(row, "folder_of"), row.getLong("runs")))
                    .list());
  }
}
