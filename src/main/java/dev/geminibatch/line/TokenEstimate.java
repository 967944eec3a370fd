package dev.geminibatch.line;

import java.math.BigDecimal;

/**
 * Estimates the tokens of a request before it is sent.
 *
 * <p>How many bytes of text make a token depends on its script: four, which holds for English, and
 * nearly for other scripts, whose letters take more bytes. Schemas, tools and instructions count as
 * text. For files, see {@link MediaTokens}. A {@link TokenCorrection} brings the estimate nearer.
 */
public final class TokenEstimate {
  /** How many bytes of text make a token. */
  public static final long BYTES_PER_TOKEN = 4;

  /** No model takes more for one request; the service refuses what is longer. */
  public static final long MOST_INPUT = 1 << 20;

  /** Counts above this are as good as endless, and their sums still fit. */
  private static final long MOST = 100_000_000_000L;

  private static final int LONGEST_NUMBER = 100;

  private TokenEstimate() {}

  /**
   * Adds the tokens that the request puts in.
   *
   * @param model that it is sent to
   * @param tagged tokens of the files that its tags name
   */
  public static void input(
      BatchRequest request, String model, FileTokens tagged, TokenTally tally) {
    BatchRequest.Weight weight = request.weight();
    long content = weight.contentBytes();
    long latin = content;
    if (weight.letters() != null) {
      latin = weight.letters().latinBytes(content);
      weight.letters().addTo(tally);
    }
    tally.add(TokenKind.LATIN, rounded(latin + request.defaultBytes()));
    long syntax = request.lineBytes() - weight.inlineBytes() - content;
    tally.add(TokenKind.SYNTAX, rounded(Math.max(0, syntax)));
    FileTokens files = tagged.plus(weight.files());
    if (files != FileTokens.NONE) {
      tally.add(files.of(model));
    }
  }

  private static long rounded(long bytes) {
    return (bytes + BYTES_PER_TOKEN / 2) / BYTES_PER_TOKEN;
  }

  /**
   * Tokens that its answers may take, with what it may think.
   *
   * @param otherwise assumed for a request that sets no limit
   */
  public static long output(BatchRequest request, long otherwise) {
    long most = request.answerFormat().maxOutputTokens();
    long each = most > 0 ? most : otherwise;
    long all = Math.min(MOST, each) * Math.min(MOST / 100_000, request.weight().candidates());
    return Math.min(MOST, all) + Math.min(MOST, request.weight().thinkingTokens());
  }

  /** A count in a request, as the service reads it: {@code 5}, {@code 5e3}; 0 if it is not one. */
  static long count(String number) {
    String plain = number.replace("\"", "").strip();
    if (plain.length() > LONGEST_NUMBER) {
      return MOST;
    }
    try {
      BigDecimal count = new BigDecimal(plain);
      if (count.signum() <= 0) {
        return 0;
      }
      long digits = (long) count.precision() - count.scale();
      return digits > 12 ? MOST : digits < 1 ? 0 : Math.min(MOST, count.longValue());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
