package dev.geminibatch.line;

import java.util.Map;

/**
 * What estimates for a model are multiplied with, by kind; learned from what the service counted.
 *
 * @param factors a kind of which nothing is known is not in it, and stays as estimated
 */
public record TokenCorrection(Map<TokenKind, Double> factors) {
  /** Nothing is known. */
  public static final TokenCorrection NONE = new TokenCorrection(Map.of());

  public TokenCorrection {
    factors = Map.copyOf(factors);
  }

  /** The factor of a kind. */
  public double of(TokenKind kind) {
    return factors.isEmpty() ? 1 : factors.getOrDefault(kind, 1.0);
  }

  /** Corrected tokens of a request. */
  public long of(RequestTokens request) {
    return Math.round(
        request.tokens() * of(request.kind()) + request.otherTokens() * of(request.otherKind()));
  }

  /** Corrected tokens of many requests. */
  public long of(TokensByKind tokens) {
    double sum = 0;
    for (Map.Entry<TokenKind, Long> each : tokens.counts().entrySet()) {
      sum += each.getValue() * of(each.getKey());
    }
    return Math.round(sum);
  }

  /** Whether the service has counted anything of the kind that most of these tokens are of. */
  public boolean isKnownFor(TokensByKind tokens) {
    return tokens.counts().entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(most -> factors.containsKey(most.getKey()))
        .orElse(false);
  }
}
