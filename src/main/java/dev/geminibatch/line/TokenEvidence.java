package dev.geminibatch.line;

/**
 * What the service counted for requests, beside what was estimated for them, by kind.
 *
 * <p>The service gives one number a request. It goes to the kinds such that their sum is that
 * number: what text leaves over belongs to the brackets around it, what text needs in a request of
 * text and media is as estimated, and scripts that are mixed share it.
 */
public final class TokenEvidence {
  /** Where one kind is more than this, the others are taken as estimated. */
  private static final double DOMINANT = 2.0 / 3;

  /** A count is not believed to be more than so many times the estimate. */
  private static final long MOST_TIMES = 20;

  private static final long SMALL = 100;

  private final TokenTally estimated = new TokenTally();
  private final TokenTally counted = new TokenTally();

  /**
   * Adds a request.
   *
   * @param tokens that the service counted; 0 if it did not say
   */
  public void add(RequestTokens request, long tokens) {
    if (tokens <= 0 || request.total() == 0) {
      return;
    }
    long all = Math.min(tokens, MOST_TIMES * request.total() + SMALL);
    estimated.add(request.kind(), request.tokens());
    estimated.add(request.otherKind(), request.otherTokens());
    long main = ofMainKind(request, all);
    counted.add(request.kind(), main);
    counted.add(request.otherKind(), all - main);
  }

  private static long ofMainKind(RequestTokens request, long all) {
    if (request.otherTokens() == 0) {
      return all;
    }
    if (request.otherKind() == TokenKind.SYNTAX) {
      return all - between(0, all - request.tokens(), request.otherTokens());
    }
    if (request.kind() == TokenKind.SYNTAX) {
      return between(0, all - request.otherTokens(), request.tokens());
    }
    boolean isMixed = request.kind().isText() == request.otherKind().isText();
    boolean isMain = !request.kind().isText() || request.share() >= DOMINANT;
    if (isMixed && request.share() < DOMINANT) {
      return Math.round(all * request.share());
    }
    return isMain ? Math.max(0, all - request.otherTokens()) : Math.min(all, request.tokens());
  }

  private static long between(long least, long value, long most) {
    return Math.max(least, Math.min(value, most));
  }

  /** Adds all of another one. */
  public void add(TokenEvidence other) {
    estimated.add(other.estimated);
    counted.add(other.counted);
  }

  /** What was estimated. */
  public TokensByKind estimated() {
    return estimated.sum();
  }

  /** What the service counted. */
  public TokensByKind counted() {
    return counted.sum();
  }
}
