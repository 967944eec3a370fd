package dev.geminibatch.line;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Estimates the tokens of files by the figures that the service documents (tokens, media
 * resolution; as of 2026-11).
 *
 * <p>Up to Gemini 2.5 a picture of at most 384 pixels a side counts 258, a larger one 258 for each
 * tile; a page of a PDF 258, a second of video 300 with its sound. Since Gemini 3 a picture counts
 * 1120, a page 560, a second of video 70 and its sound. A second of sound counts 32. Where nothing
 * but a size is known, what the size allows is counted, up to what a request can take at all.
 */
public final class MediaTokens {
  /** What a picture counts for since Gemini 3, and a file of which nothing is known at least. */
  public static final long TOKENS_PER_FILE = 1120;

  /** Of a file of which nothing but a kind is known. */
  private static final long UNKNOWN_SIZE = Long.MAX_VALUE / (1 << 10);

  private static final long TILE = 258;
  private static final long SMALL = 384;

  /** The service does not cut a picture into more. */
  private static final long MOST_TILES = 8;

  /** Speech takes at least so many bytes a second when it is compressed, and when it is not. */
  private static final long AUDIO_BYTES = 2_000;

  private static final Pattern PLAIN_AUDIO =
      Pattern.compile("audio/(x-)?(wav|wave|aiff|flac|pcm|l16|vnd\\.wave)");

  private static final long PLAIN_AUDIO_BYTES = 8_000;
  private static final long VIDEO_BYTES = 25_000;
  private static final long AUDIO_TOKENS = 32;
  private static final long VIDEO_TOKENS = 300;
  private static final long VIDEO_TOKENS_SINCE_THREE = 70 + AUDIO_TOKENS;

  /** A page of a PDF, of which the service takes a thousand. */
  private static final long PAGE_BYTES = 20_000;

  private static final long PAGE_TOKENS = 258;
  private static final long PAGE_TOKENS_SINCE_THREE = 560;
  private static final long MOST_PAGES = 1_000;

  /** Where the type of a file in a line is looked for: data may follow it or come before it. */
  private static final int EDGE = 300;

  private static final Pattern TYPE = Pattern.compile("\"mime_?[tT]ype\"\\s*:\\s*\"([\\w.+/-]+)\"");

  private static final Pattern DATA = Pattern.compile("\"data\"\\s*:\\s*\"");

  private MediaTokens() {}

  /**
   * Tokens of a file.
   *
   * @param type its media type
   * @param bytes its size
   */
  public static FileTokens of(String type, long bytes, MediaExtent extent) {
    if (type.startsWith("text/")) {
      long tokens = bytes / TokenEstimate.BYTES_PER_TOKEN;
      return FileTokens.of(TokenKind.LATIN, Math.min(TokenEstimate.MOST_INPUT, tokens));
    } else if (type.startsWith("image/")) {
      long tiled = extent.width() > 0 ? tiles(extent) * TILE : TOKENS_PER_FILE;
      return FileTokens.of(TokenKind.IMAGE, tiled, TOKENS_PER_FILE);
    } else if (type.equals("application/pdf")) {
      return pdf(extent.pages(), bytes);
    } else if (extent.millis() > 0) {
      return recording(type, extent.millis() / 1e3);
    } else if (type.startsWith("video/")) {
      return unmeasured(TokenKind.VIDEO, bytes / VIDEO_BYTES * VIDEO_TOKENS);
    } else if (PLAIN_AUDIO.matcher(type).matches()) {
      return unmeasured(TokenKind.AUDIO, bytes / PLAIN_AUDIO_BYTES * AUDIO_TOKENS);
    }
    return unmeasured(TokenKind.AUDIO, bytes / AUDIO_BYTES * AUDIO_TOKENS); // or it may be anything
  }

  /** Of a picture: its shorter side is cut into one and a half. */
  private static long tiles(MediaExtent extent) {
    long shorter = Math.min(extent.width(), extent.height());
    long longer = Math.max(extent.width(), extent.height());
    if (longer <= SMALL) {
      return 1;
    }
    double side = Math.max(1, Math.floor(shorter / 1.5));
    return (long) Math.min(MOST_TILES, Math.ceil(longer / side) * Math.ceil(shorter / side));
  }

  private static FileTokens pdf(long pages, long bytes) {
    if (pages == 0) {
      long most = Math.min(MOST_PAGES, 2 + bytes / PAGE_BYTES);
      return unmeasured(TokenKind.PDF, most * PAGE_TOKENS_SINCE_THREE);
    }
    long counted = Math.min(MOST_PAGES, pages);
    return FileTokens.of(TokenKind.PDF, counted * PAGE_TOKENS, counted * PAGE_TOKENS_SINCE_THREE);
  }

  private static FileTokens recording(String type, double seconds) {
    return type.startsWith("video/")
        ? FileTokens.of(
            TokenKind.VIDEO,
            tokens(seconds, VIDEO_TOKENS),
            tokens(seconds, VIDEO_TOKENS_SINCE_THREE))
        : FileTokens.of(TokenKind.AUDIO, tokens(seconds, AUDIO_TOKENS));
  }

  private static long tokens(double seconds, long each) {
    return (long) Math.min(TokenEstimate.MOST_INPUT, Math.ceil(seconds * each));
  }

  private static FileTokens unmeasured(TokenKind kind, long tokens) {
    return FileTokens.of(
        kind, Math.max(TOKENS_PER_FILE, Math.min(TokenEstimate.MOST_INPUT, tokens)));
  }

  /** Of a file of which nothing is known. */
  public static FileTokens unknown() {
    return FileTokens.of(TokenKind.OTHER, TokenEstimate.MOST_INPUT);
  }

  /** Tokens of a file in Base64, at these places of a line. */
  static FileTokens inline(byte[] line, int from, int end) {
    String type = type(line, from, end);
    MediaExtent extent =
        type.startsWith("image/") ? pictureSize(line, from, end) : MediaExtent.UNKNOWN;
    return of(type, (end - from) / 4 * 3, extent);
  }

  private static MediaExtent pictureSize(byte[] line, int from, int end) {
    Matcher data =
        DATA.matcher(
            new String(line, from, Math.min(EDGE, end - from), StandardCharsets.ISO_8859_1));
    if (!data.find()) {
      return MediaExtent.UNKNOWN;
    }
    MediaExtent little = pictureSize(line, from + data.end(), end, PictureSize.ENOUGH / 16);
    return little.width() > 0
        ? little
        : pictureSize(line, from + data.end(), end, PictureSize.ENOUGH);
  }

  /** From so much of the data; escapes do not belong to it. */
  private static MediaExtent pictureSize(byte[] line, int start, int end, int bytes) {
    int length = Math.max(0, Math.min(end - start, bytes / 3 * 4));
    String base64 = new String(line, start, length, StandardCharsets.ISO_8859_1);
    int quote = base64.indexOf('"');
    String plain =
        (quote < 0 ? base64 : base64.substring(0, quote))
            .replace("\\", "")
            .replace('-', '+')
            .replace('_', '/');
    try {
      String whole = plain.substring(0, plain.length() / 4 * 4);
      return PictureSize.of(Base64.getDecoder().decode(whole));
    } catch (IllegalArgumentException e) {
      return MediaExtent.UNKNOWN;
    }
  }

  /** Tokens of a file that is with the service, which says nothing of its size. */
  static FileTokens reference(byte[] line, int from, int end) {
    return of(type(line, from, end), UNKNOWN_SIZE, MediaExtent.UNKNOWN);
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
}
