package dev.geminibatch.line;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Adds up tokens by kind, without an object for every request. */
public final class TokenTally {
  private static final TokenKind[] KINDS = TokenKind.values();

  private final long[] counts = new long[KINDS.length];

  /** Adds tokens of a kind. */
  public void add(TokenKind kind, long tokens) {
    counts[kind.ordinal()] += tokens;
  }

  /** Adds all of another one. */
  public void add(TokenTally other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  /** Adds tokens of several kinds. */
  public void add(TokensByKind tokens) {
    if (!tokens.counts().isEmpty()) {
      tokens.counts().forEach(this::add);
    }
  }

  /** Begins again at nothing. */
  public void clear() {
    Arrays.fill(counts, 0);
  }

  /** All of them. */
  public long total() {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    return total;
  }

  /** As one request. */
  public RequestTokens request() {
    int most = 0;
    int next = -1;
    for (int i = 1; i < counts.length; i++) {
      if (counts[i] > counts[most]) {
        next = most;
        most = i;
      } else if (next < 0 || counts[i] > counts[next]) {
        next = i;
      }
    }
    return new RequestTokens(KINDS[most], counts[most], KINDS[next], total() - counts[most]);
  }

  /** The sum so far. */
  public TokensByKind sum() {
    Map<TokenKind, Long> sum = new EnumMap<>(TokenKind.class);
    for (TokenKind kind : KINDS) {
      sum.put(kind, counts[kind.ordinal()]);
    }
    return new TokensByKind(sum);
  }
}
