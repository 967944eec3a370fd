package dev.geminibatch.line;

/**
 * Estimates the tokens of a request before it is sent.
 *
 * <p>Four bytes of text make a token, which holds for English and, since letters take more bytes
 * there, nearly for other scripts; a file counts as a page-sized image does with the newest models.
 */
public final class TokenEstimate {
  /** How many bytes of text make a token. */
  public static final long BYTES_PER_TOKEN = 4;

  /** What a file counts for. */
  public static final long TOKENS_PER_FILE = 1120;

  private TokenEstimate() {}

  /** Tokens that the request puts in. */
  public static long input(BatchRequest request) {
    long files = request.tags().size() + request.inline().files();
    return request.textBytes() / BYTES_PER_TOKEN + files * TOKENS_PER_FILE;
  }

  /**
   * Tokens that its answer may take.
   *
   * @param otherwise assumed for a request that sets no limit
   */
  public static long output(BatchRequest request, long otherwise) {
    long most = request.answerFormat().maxOutputTokens();
    return most > 0 ? most : otherwise;
  }
}
