package dev.geminibatch.ledger;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.line.TokenEvidence;
import dev.geminibatch.line.TokenKind;
import dev.geminibatch.line.TokensByKind;
import java.time.Clock;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What estimates of tokens are corrected with, by model and kind: learned from what the service
 * counts, so that after the first job of a kind the next one is estimated well.
 */
public final class TokenFactors {
  /** The last so many estimated tokens of a kind count: lines of today are like those of late. */
  private static final long REMEMBERED = 200_000;

  /** What is learned from small jobs is written down together, once something is known. */
  private static final long WORTH_WRITING = 2_000;

  /** Another process may have learned something, too. */
  private static final long FRESH_MILLIS = 10_000;

  /** Jobs that wait are corrected when a factor changes by more than this part. */
  private static final double CHANGE = 0.02;

  private static final int MOST_MODELS = 1_000;

  private static final double LEAST = 0.02;
  private static final double MOST = 20;

  private final Access quick;
  private final Clock clock;

  /** Lines may name any model. */
  private final Map<String, Known> known = Collections.synchronizedMap(new LruMap<>(MOST_MODELS));

  /** By model, what is not written down yet. */
  private final Map<String, TokenEvidence> pending = new LruMap<>(MOST_MODELS);

  /** By model, what its waiting jobs were corrected with last. */
  private final Map<String, TokenCorrection> applied = new LruMap<>(MOST_MODELS);

  TokenFactors(LedgerDatabase database, Clock clock) {
    this.quick = database.quick();
    this.clock = clock;
  }

  private record Known(TokenCorrection correction, long readAt) {}

  private record Sum(TokenKind kind, long estimated, long counted) {
    double factor() {
      double factor = (double) counted / estimated;
      return Math.max(kind == TokenKind.SYNTAX ? 0 : LEAST, Math.min(MOST, factor));
    }
  }

  /** What estimates for a model are corrected with. */
  public TokenCorrection of(String model) {
    String name = ModelName.shortName(model);
    Known found = known.get(name);
    if (found == null || Math.abs(clock.millis() - found.readAt()) >= FRESH_MILLIS) {
      found = new Known(quick.withHandle(handle -> read(handle, name)), clock.millis());
      known.put(name, found);
    }
    return found.correction();
  }

  /** Whether the service has counted requests of a model, so that estimates are near the truth. */
  public boolean isCounted(String model) {
    return !of(model).factors().isEmpty();
  }

  private static TokenCorrection read(Handle handle, String name) {
    Map<TokenKind, Double> factors = new HashMap<>();
    for (Sum sum : sums(handle, name)) {
      factors.put(sum.kind(), sum.factor());
    }
    return new TokenCorrection(factors);
  }

  private static List<Sum> sums(Handle handle, String name) {
    return handle
        .createQuery("SELECT kind, estimated, counted FROM token_factor WHERE model = :model")
        .bind("model", name)
        .map(
            row ->
                new Sum(
                    TokenKind.of(row.getString("kind")).orElse(TokenKind.OTHER),
                    row.getLong("estimated"),
                    row.getLong("counted")))
        .stream()
        .filter(sum -> sum.estimated() > 0)
        .toList();
  }

  /** Learns from the answers of a job, in the transaction that records them. */
  synchronized void learn(Handle handle, String model, TokenEvidence evidence) {
    String name = ModelName.shortName(model);
    TokenEvidence all = pending.computeIfAbsent(name, each -> new TokenEvidence());
    all.add(evidence);
    TokensByKind estimated = all.estimated();
    Known before = known.get(name);
    TokenCorrection present = before == null ? read(handle, name) : before.correction();
    boolean isNew = !present.factors().keySet().containsAll(estimated.counts().keySet());
    if (!isNew && estimated.total() < WORTH_WRITING) {
      return;
    }
    pending.remove(name);
    write(handle, name, estimated, all.counted());
    TokenCorrection correction = read(handle, name);
    if (differs(applied.get(name), correction)) {
      correctJobs(handle, name, correction);
      applied.put(name, correction);
    }
    known.put(name, new Known(correction, clock.millis()));
  }

  private void write(Handle handle, String name, TokensByKind estimated, TokensByKind counted) {
    estimated
        .counts()
        .forEach(
            (kind, tokens) ->
                handle.execute(
                    """
                    INSERT INTO token_factor (model, kind, estimated, counted, updated_at)
                    VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (model, kind) DO UPDATE SET
                      counted = excluded.counted + CASE WHEN token_factor.estimated > ?
                        THEN CAST(1.0 * token_factor.counted * ? / token_factor.estimated AS BIGINT)
                        ELSE token_factor.counted END,
                      estimated = excluded.estimated + CASE WHEN token_factor.estimated > ?
                        THEN ? ELSE token_factor.estimated END,
                      updated_at = excluded.updated_at""",
                    name,
                    kind.word(),
                    tokens,
                    counted.counts().getOrDefault(kind, 0L),
                    clock.millis(),
                    REMEMBERED,
                    REMEMBERED,
                    REMEMBERED,
                    REMEMBERED));
  }

  private static boolean differs(TokenCorrection before, TokenCorrection now) {
    return before == null
        || now.factors().entrySet().stream()
            .anyMatch(each -> Math.abs(each.getValue() - before.of(each.getKey())) > CHANGE);
  }

  private record Waiting(String runId, int number, TokensByKind estimated) {}

  /** Jobs that are not over are compared with limits: by what is known now. */
  private static void correctJobs(Handle handle, String name, TokenCorrection correction) {
    List<Waiting> jobs =
        handle
            .createQuery(
                """
                SELECT run_id, number, tokens_by_kind FROM job
                WHERE state IN ('ASSEMBLED', 'UPLOADED', 'CREATING', 'OPEN')
                  AND model IN (:name, :long) AND tokens_by_kind IS NOT NULL""")
            .bind("name", name)
            .bind("long", "models/" + name)
            .map(
                row ->
                    new Waiting(
                        row.getString("run_id"),
                        row.getInt("number"),
                        TokensByKind.parse(row.getString("tokens_by_kind"))))
            .list();
    if (jobs.isEmpty()) {
      return;
    }
    Batch batch =
        handle.prepareBatch(
            "UPDATE job SET tokens = :tokens WHERE run_id = :run AND number = :number");
    for (Waiting job : jobs) {
      batch
          .bind("tokens", correction.of(job.estimated()))
          .bind("run", job.runId())
          .bind("number", job.number())
          .add();
    }
    batch.execute();
  }
}
