package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Runs page by page, the newest first. A page takes a moment however many runs there are: its
 * beginning is found by an index, and a search looks at so many runs and then says where it ends.
 */
public final class RunList {
  /** How many runs a search looks at for one page. */
  static final int LOOKED_AT = 50_000;

  private static final String FOUND =
      " AND (instr(lower(name), :text) > 0 OR substr(id, 1, :length) = :text)";

  private static final String BY_CREATION = "created_at";
  private static final String BY_END = "updated_at";

  private final Access reading;

  RunList(LedgerDatabase database) {
    this.reading = database.reading();
  }

  /** Which runs. The few that are open are found by their states, which the plus sign is for. */
  public enum Group {
    ALL(BY_CREATION, ""),
    OPEN("+" + BY_CREATION, " AND state IN " + Rows.UNFINISHED),
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
    Optional<Place> end = text.isBlank() ? Optional.empty() : endOfSearch(group, from);
    String condition =
        "dry_run = 0"
            + group.condition
            + " AND "
            + behind(group, "from")
            + end.map(place -> " AND NOT " + behind(group, "end")).orElse("")
            + (text.isBlank() ? "" : FOUND)
            + order(group)
            + " LIMIT :most";
    List<Run> runs =
        RunQueries.select(
            reading,
            condition,
            query -> {
              bind(query, "from", from);
              end.ifPresent(place -> bind(query, "end", place));
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
    return new Page(runs, end);
  }

  /** The last run that a search looks at; empty if there are fewer. */
  private Optional<Place> endOfSearch(Group group, Place from) {
    return reading.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT "
                        + group.time
                        + " AS time, id FROM run WHERE dry_run = 0"
                        + group.condition
                        + " AND "
                        + behind(group, "from")
                        + order(group)
                        + " LIMIT 1 OFFSET "
                        + (LOOKED_AT - 1))
                .bind("fromTime", from.time())
                .bind("fromId", from.runId())
                .map(row -> new Place(row.getLong("time"), row.getString("id")))
                .findFirst());
  }

  private static String behind(Group group, String name) {
    return "(%1$s, id) < (:%2$sTime, :%2$sId)".formatted(group.time, name);
  }

  private static void bind(Query query, String name, Place place) {
    query.bind(name + "Time", place.time()).bind(name + "Id", place.runId());
  }

  private static String order(Group group) {
    return " ORDER BY " + group.time + " DESC, id DESC";
  }
}
