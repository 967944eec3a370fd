package dev.geminibatch.line;

/**
 * Estimated input tokens of one request, in eight bytes: the kind that most of them are of, and all
 * others as if they were of the next kind.
 */
public record RequestTokens(TokenKind kind, long tokens, TokenKind otherKind, long otherTokens) {
  private static final TokenKind[] KINDS = TokenKind.values();

  /** More than a request can have. */
  private static final long MOST = (1 << 28) - 1;

  private static final int COUNT_BITS = 28;
  private static final int KIND_BITS = 4;

  public RequestTokens {
    tokens = Math.min(MOST, tokens);
    otherTokens = Math.min(MOST, otherTokens);
  }

  /** All of them. */
  public long total() {
    return tokens + otherTokens;
  }

  /** The part of them that is of the main kind; 1 if there are none. */
  public double share() {
    return otherTokens == 0 ? 1 : (double) tokens / total();
  }

  /** As one number. */
  public long packed() {
    long kinds = (long) kind.ordinal() << KIND_BITS | otherKind.ordinal();
    return (kinds << COUNT_BITS | tokens) << COUNT_BITS | otherTokens;
  }

  /** What such a number means. */
  public static RequestTokens unpacked(long packed) {
    return new RequestTokens(
        kind(packed >>> 2 * COUNT_BITS + KIND_BITS),
        packed >>> COUNT_BITS & MOST,
        kind(packed >>> 2 * COUNT_BITS),
        packed & MOST);
  }

  /** A file that is damaged has kinds that there are not. */
  private static TokenKind kind(long number) {
    int ordinal = (int) number & (1 << KIND_BITS) - 1;
    return ordinal < KINDS.length ? KINDS[ordinal] : TokenKind.OTHER;
  }
}
