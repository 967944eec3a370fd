package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Runs page by page, the newest first. A page takes a moment however many runs there are: its
 * beginning is found by an index, and a search looks at so many runs and then says where it ends.
 */
public final class RunList {
  /** How many runs a search looks at for one page. */
  static final int LOOKED_AT = 50_000;

  /** With no more open runs than these they are sorted; else they are searched for among all. */
  static final int FEW = 5_000;

  private static final String FOUND =
      " AND (instr(lower(name), :text) > 0 OR substr(id, 1, :length) = :text)";

  private static final String BY_CREATION = "created_at";
  private static final String BY_END = "updated_at";

  private final Access reading;

  RunList(LedgerDatabase database) {
    this.reading = database.reading();
  }

  /** Which runs. */
  public enum Group {
    ALL(BY_CREATION, ""),
    OPEN(BY_CREATION, " AND state IN " + Rows.UNFINISHED),
    /** Paused by a person, or held. */
    STOPPED(BY_CREATION, " AND held <> 0 AND state IN " + Rows.UNFINISHED),
    DELIVERED(BY_END, " AND state = '" + RunState.DELIVERED.name() + "'"),
    FAILED(BY_END, " AND state = '" + RunState.FAILED.name() + "'");

    private final String time;
    private final String condition;

    Group(String time, String condition) {
      this.time = time;
      this.condition = condition;
    }

    private long timeOf(Run run) {
      Instant instant = time.equals(BY_END) ? run.updated() : run.created();
      return instant.toEpochMilli();
    }
  }

  /**
   * How a list is gone through. A plus sign and a cast keep the database from using an index.
   *
   * @param isSearch whether runs are read that may not belong to it
   */
  private record Way(String time, String condition, boolean isSearch) {}

  /**
   * The place in a list where a page begins: behind this run.
   *
   * @param time by which the list is sorted, in milliseconds
   */
  public record Place(long time, String runId) {
    /** Before the first run. */
    public static final Place BEGINNING = new Place(Long.MAX_VALUE, "");

    /** As it stands in an address. */
    public String word() {
      return time + "-" + runId;
    }

    /** What {@link #word} gave; empty if it is anything else. */
    public static Optional<Place> of(String word) {
      int dash = word.indexOf('-');
      if (dash < 1 || !word.substring(0, dash).matches("\\d{1,18}")) {
        return Optional.empty();
      }
      return Optional.of(
          new Place(Long.parseLong(word.substring(0, dash)), word.substring(dash + 1)));
    }
  }

  /**
   * A page.
   *
   * @param next where the next page begins; empty if this one is the last
   */
  public record Page(List<Run> runs, Optional<Place> next) {}

  /**
   * A page of a list.
   *
   * @param text that the name of the input holds or the id of the run begins with, whatever the
   *     case of its Latin letters; blank for all
   */
  public Page page(Group group, String text, Place from, int most) {
    Way way = way(group, !text.isBlank());
    OptionalLong end = way.isSearch() ? endOfSearch(group, from) : OptionalLong.empty();
    String condition =
        "dry_run = 0"
            + way.condition()
            + " AND (%1$s, id) < (:fromTime, :fromId)"
            + (end.isPresent() ? " AND %1$s >= :end" : "")
            + (text.isBlank() ? "" : FOUND)
            + " ORDER BY %1$s DESC, id DESC LIMIT :most";
    List<Run> runs =
        RunQueries.select(
            reading,
            condition.formatted(way.time()),
            query -> {
              query.bind("fromTime", from.time()).bind("fromId", from.runId());
              end.ifPresent(time -> query.bind("end", time));
              if (!text.isBlank()) {
                String wanted = text.strip().toLowerCase(Locale.ROOT);
                query
                    .bind("text", wanted)
                    .bind("length", wanted.codePointCount(0, wanted.length()));
              }
              query.bind("most", most + 1);
            });
    if (runs.size() > most) {
      Run last = runs.get(most - 1);
      return new Page(runs.subList(0, most), Optional.of(new Place(group.timeOf(last), last.id())));
    }
    return new Page(
        runs, end.isPresent() ? Optional.of(new Place(end.getAsLong(), "")) : Optional.empty());
  }

  private Way way(Group group, boolean hasText) {
    if (group != Group.OPEN && group != Group.STOPPED) {
      return new Way(group.time, group.condition, hasText);
    }
    return areFewOpen()
        ? new Way("+" + group.time, group.condition, false)
        : new Way(group.time, group.condition.replace("state", "CAST(state AS TEXT)"), true);
  }

  private boolean areFewOpen() {
    return reading.withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT COUNT(*) FROM (SELECT 1 FROM run WHERE state IN "
                            + Rows.UNFINISHED
                            + " LIMIT :most) AS few")
                    .bind("most", FEW + 1)
                    .mapTo(Integer.class)
                    .one())
        <= FEW;
  }

  /** The time of the last run that a search looks at; empty if there are fewer. */
  private OptionalLong endOfSearch(Group group, Place from) {
    // Who begins behind all runs of a time has seen them.
    long first = from.runId().isEmpty() ? from.time() - 1 : from.time();
    String condition = group.time.equals(BY_CREATION) ? "" : group.condition;
    return reading
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT %1$s AS time FROM run WHERE %1$s <= :first".formatted(group.time)
                            + condition
                            + " ORDER BY time DESC LIMIT 1 OFFSET "
                            + (LOOKED_AT - 1))
                    .bind("first", first)
                    .mapTo(Long.class)
                    .findFirst())
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }
}
