package dev.geminibatch.line;

import dev.geminibatch.io.TextEncoding;
import dev.geminibatch.line.BatchRequest.Literal;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads a line of an export: the legacy form {@code {custom_id, method, url, body}} or the
 * service's own {@code {key, request}}.
 *
 * <p>Everything that can be known without the disk and the network is checked here, because the
 * service refuses a whole job for one bad line. The same line always gives the same outcome.
 *
 * <p>Safe for use by many threads.
 */
public final class RequestReader {
  private static final Place REQUEST = Place.of("request");

  private final long maxLineBytes;
  private final RequestDefaults defaults;

  /** The same for all lines, and it may be long. */
  private final Optional<Literal> instruction;

  /**
   * A reader that adds nothing to requests.
   *
   * @param maxLineBytes the limit of the lines that are read, to be named
   */
  public RequestReader(long maxLineBytes) {
    this(maxLineBytes, RequestDefaults.NONE);
  }

  /**
   * A reader.
   *
   * @param maxLineBytes the limit of the lines that are read, to be named
   * @param defaults what requests get that they do not say
   */
  public RequestReader(long maxLineBytes, RequestDefaults defaults) {
    this.maxLineBytes = maxLineBytes;
    this.defaults = defaults;
    this.instruction =
        defaults.systemInstruction().map(json -> new Literal(",\"systemInstruction\":" + json));
  }

  /** For lines of any length. */
  public RequestReader() {
    this(Integer.MAX_VALUE);
  }

  /** Reads one line; never throws for what the line holds. */
  public CheckedLine read(Line line) {
    return read(line, null);
  }

  /**
   * Reads a line.
   *
   * @param otherwise the key of a line that brings none; null for that of its number
   */
  CheckedLine read(Line line, RequestKey otherwise) {
    if (line.isTooLong() && line.bytes().length > 0 && line.bytes()[0] == 0) {
      return notUtf8(line, NotJson.zeros(line.bytes()));
    }
    if (line.isTooLong()) {
      return new RejectedLine(
          line,
          new EnvelopeReader(this, line, otherwise, defaults, REQUEST).keyAtTheBeginning(),
          ProblemCode.LINE_TOO_LONG.problem(
              String.format(
                  Locale.ROOT,
                  "the line has %,d bytes, more than the %,d that lines.max-bytes allows; upload its"
                      + " inline data as a file and name it with [[FILE:path]], or raise the limit",
                  line.size(),
                  maxLineBytes)));
    }
    if (line.bytes().length >= 2 && line.bytes()[0] == 0x1F && line.bytes()[1] == (byte) 0x8B) {
      return notUtf8(line, "the file is compressed with gzip; name it x.jsonl.gz");
    }
    if (isNotUtf8(line.bytes())) {
      return notUtf8(line, whatItIs(line.bytes()));
    }
    return readAt(REQUEST, line, otherwise);
  }

  /**
   * Reads a line whose bytes may be those of a line.
   *
   * @param place of its request, for messages
   */
  CheckedLine readAt(Place place, Line line, RequestKey otherwise) {
    return new EnvelopeReader(this, line, otherwise, defaults, place).read();
  }

  /** What a request gets that has no instruction of its own. */
  Optional<Literal> instruction() {
    return instruction;
  }

  private static RejectedLine notUtf8(Line line, String message) {
    return new RejectedLine(
        line, RequestKey.ofLine(line.number()), ProblemCode.NOT_UTF8.problem(message));
  }

  private static String whatItIs(byte[] line) {
    boolean isUtf16 = false;
    for (int i = 0; i < Math.min(4, line.length); i++) {
      isUtf16 |= line[i] != 0;
    }
    return isUtf16
        ? "the line is not UTF-8 but looks like UTF-16; " + TextEncoding.remedy("UTF-16")
        : NotJson.zeros(line);
  }

  /** JSON in UTF-8 holds no zero byte; a parser would take it for another encoding. */
  private static boolean isNotUtf8(byte[] line) {
    for (int i = 0; i < Math.min(4, line.length); i++) {
      if (line[i] == 0 || line[i] == (byte) 0xFE || line[i] == (byte) 0xFF) {
        return true;
      }
    }
    return false;
  }
}
