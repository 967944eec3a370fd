package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which run has which dropped file, in a ledger that several members share. What a file is known by
 * is kept until it has left the inbox for certain.
 */
public final class InboxClaims {
  private static final String HOLDERS =
      """
      SELECT id, name, source, split_part(identity, ' ', 1) AS file,
          CASE WHEN state = 'RECEIVING' THEN 1 ELSE 0 END AS receiving
        FROM run
        WHERE state = 'RECEIVING' AND source = ANY (string_to_array(:sources, :between))
          OR identity IS NOT NULL
            AND split_part(identity, ' ', 1) = ANY (string_to_array(:files, :between))""";

  private final Access durable;
  private final Moves moves;
  private final Clock clock;

  InboxClaims(Access durable, Moves moves, Clock clock) {
    this.durable = durable;
    this.moves = moves;
    this.clock = clock;
  }

  /**
   * A dropped file that is to become a run.
   *
   * @param identity of the file, and after a space of the settings beside it; empty if it cannot be
   *     said: then its path counts
   */
  public record Claim(Run run, Optional<String> identity) {
    private Optional<String> file() {
      return identity.map(text -> text.split(" ", 2)[0]);
    }
  }

  /**
   * What became of claims.
   *
   * @param ours the runs that were written down
   * @param remains by those that were not since their file was taken before, and only its name was
   *     left in the inbox: the run that has it
   */
  public record Outcome(Set<String> ours, Map<String, String> remains) {}

  /** A run that has a file, or is about to. */
  private record Holder(
      String run, String name, String source, Optional<String> file, boolean isReceiving) {
    private boolean has(Claim claim) {
      Optional<String> wanted = claim.file();
      return wanted.isPresent() && file.isPresent()
          ? wanted.equals(file) && name.equals(claim.run().name())
          : isReceiving && source.equals(claim.run().source().toString());
    }
  }

  /** Writes down new runs, before their files are touched, but for files that a run has. */
  public Outcome claim(List<Claim> claims) {
    return durable.inTransaction(
        handle -> {
          List<Holder> holders = holders(handle, claims);
          List<Claim> ours = new ArrayList<>();
          Map<String, String> remains = new HashMap<>();
          for (Claim claim : claims) {
            Optional<Holder> holder = holders.stream().filter(each -> each.has(claim)).findFirst();
            if (holder.isEmpty()) {
              ours.add(claim);
            } else if (!holder.get().isReceiving()) {
              remains.put(claim.run().id(), holder.get().run());
            }
          }
          add(handle, ours);
          return new Outcome(
              ours.stream()
                  .map(each -> each.run().id())
                  .collect(Collectors.toCollection(HashSet::new)),
              remains);
        });
  }

  private static List<Holder> holders(Handle handle, List<Claim> claims) {
    return handle
        .createQuery(HOLDERS)
        .bind(
            "sources",
            claims.stream()
                .map(each -> each.run().source().toString())
                .collect(Collectors.joining("\0")))
        .bind(
            "files",
            claims.stream().flatMap(each -> each.file().stream()).collect(Collectors.joining("\0")))
        .bind("between", "\0") // as what is sent for it; no path has that either
        .map(
            row ->
                new Holder(
                    row.getString("id"),
                    row.getString("name"),
                    row.getString("source"),
                    Optional.ofNullable(row.getString("file")),
                    row.getInt("receiving") == 1))
        .list();
  }

  private void add(Handle handle, List<Claim> claims) {
    if (claims.isEmpty()) {
      return;
    }
    NewRun.add(handle, claims.stream().map(Claim::run).toList(), moves.fences(), clock.millis());
    Batch batch = handle.prepareBatch("UPDATE run SET identity = :identity WHERE id = :id");
    for (Claim claim : claims) {
      batch.bind("identity", claim.identity().orElse(null)).bind("id", claim.run().id()).add();
    }
    batch.execute();
  }

  /** What the file of a run is known by, as in {@link Claim}; empty if nobody has to know. */
  public Optional<String> identity(String runId) {
    return durable.withHandle(
        handle ->
            handle
                .createQuery("SELECT identity FROM run WHERE id = :id AND identity IS NOT NULL")
                .bind("id", runId)
                .mapTo(String.class)
                .findOne());
  }

  /** The file of a run is in no inbox any more. */
  public void settle(String runId) {
    durable.useTransaction(
        handle -> handle.execute("UPDATE run SET identity = NULL WHERE id = ?", runId));
  }
}
