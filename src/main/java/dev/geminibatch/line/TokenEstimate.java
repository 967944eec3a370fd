package dev.geminibatch.line;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Estimates the tokens of a request before it is sent.
 *
 * <p>Four bytes of text make a token, which holds for English and, since letters take more bytes
 * there, nearly for other scripts. An image counts as a page-sized one does with the newest models.
 * The length of other files is not read: what their size allows is counted, so that a budget holds,
 * up to what a request can take at all. The service counts 32 tokens for a second of audio and
 * about 300 for one of video.
 */
public final class TokenEstimate {
  /** How many bytes of text make a token. */
  public static final long BYTES_PER_TOKEN = 4;

  /** What an image counts for, and any other file at least. */
  public static final long TOKENS_PER_FILE = 1120;

  /** No model takes more for one request; the service refuses what is longer. */
  public static final long MOST_INPUT = 1 << 20;

  /** Of a file of which nothing but a kind is known. */
  private static final long UNKNOWN_SIZE = Long.MAX_VALUE / (1 << 10);

  /** Counts above this are as good as endless, and their sums still fit. */
  private static final long MOST = 100_000_000_000L;

  private static final int LONGEST_NUMBER = 100;

  /** Speech takes at least so many bytes a second when it is compressed, and when it is not. */
  private static final long AUDIO_BYTES = 2_000;

  private static final Pattern PLAIN_AUDIO =
      Pattern.compile("audio/(x-)?(wav|wave|aiff|flac|pcm|l16|vnd\\.wave)");

  private static final long PLAIN_AUDIO_BYTES = 8_000;
  private static final long VIDEO_BYTES = 25_000;
  private static final long AUDIO_TOKENS = 32;
  private static final long VIDEO_TOKENS = 300;

  /** A page of a PDF, of which the service takes a thousand. */
  private static final long PAGE_BYTES = 20_000;

  private static final long PAGE_TOKENS = 560;
  private static final long MOST_PAGES = 1_000;

  /** Where the type of a file in a line is looked for: data may follow it or come before it. */
  private static final int EDGE = 300;

  private static final Pattern TYPE = Pattern.compile("\"mime_?[tT]ype\"\\s*:\\s*\"([\\w.+/-]+)\"");

  private TokenEstimate() {}

  /**
   * Tokens that the request puts in.
   *
   * @param fileTokens of the files that its tags name, see {@link #file}
   */
  public static long input(BatchRequest request, long fileTokens) {
    return request.textBytes() / BYTES_PER_TOKEN
        + Math.min(MOST, fileTokens)
        + Math.min(MOST, request.weight().fileTokens());
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

  /**
   * Tokens of a file.
   *
   * @param type its media type
   * @param bytes its size
   */
  public static long file(String type, long bytes) {
    if (type.startsWith("image/")) {
      return TOKENS_PER_FILE;
    }
    long tokens;
    if (type.startsWith("text/")) {
      return Math.min(MOST_INPUT, bytes / BYTES_PER_TOKEN);
    } else if (type.startsWith("video/")) {
      tokens = bytes / VIDEO_BYTES * VIDEO_TOKENS;
    } else if (PLAIN_AUDIO.matcher(type).matches()) {
      tokens = bytes / PLAIN_AUDIO_BYTES * AUDIO_TOKENS;
    } else if (type.equals("application/pdf")) {
      tokens = Math.min(MOST_PAGES, 2 + bytes / PAGE_BYTES) * PAGE_TOKENS;
    } else {
      tokens = bytes / AUDIO_BYTES * AUDIO_TOKENS; // audio, and what may be anything
    }
    return Math.max(TOKENS_PER_FILE, Math.min(MOST_INPUT, tokens));
  }

  /** Tokens of a file in Base64, at these places of a line. */
  static long inline(byte[] line, int from, int end) {
    return file(type(line, from, end), (end - from) / 4 * 3);
  }

  /** Tokens of a file that is with the service, which says nothing of its size. */
  static long reference(byte[] line, int from, int end) {
    return file(type(line, from, end), UNKNOWN_SIZE);
  }

  private static String type(byte[] line, int from, int end) {
    int edge = Math.min(EDGE, end - from);
    String edges =
        new String(line, from, edge, StandardCharsets.ISO_8859_1)
            + '\n'
            + new String(line, end - edge, edge, StandardCharsets.ISO_8859_1);
    Matcher type = TYPE.matcher(edges);
    return type.find() ? type.group(1).toLowerCase(Locale.ROOT) : "";
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
