package dev.geminibatch.line;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A line that can be sent: its key, its model, its file tags, and how its bytes become a line of a
 * batch job.
 *
 * @param model the model that the line names, or null when it leaves the choice to the default
 * @param extras further top-level fields of a native line, which the service echoes; byte ranges of
 *     the line
 * @param segments the request in the order of its bytes
 * @param weight what it may cost beside its text
 * @param answerFormat what the request wants its answer to look like
 * @param form how the bytes of the line relate to what the service takes
 * @param shape what was understood that is not the service's own form
 */
public record BatchRequest(
    Line line,
    RequestKey key,
    String model,
    List<Range> extras,
    List<Segment> segments,
    Weight weight,
    AnswerFormat answerFormat,
    Form form,
    Shape shape)
    implements CheckedLine {

  /** What is longer is no bracket or name of a field but a default: an instruction, say. */
  private static final int LONGEST_SYNTAX = 64;

  /** How the bytes of a line relate to what the service takes. */
  public enum Form {
    /** They are what it takes, key and all. */
    WIRE,
    /** Pieces of them are. */
    PIECES,
    /** Likewise, but the input holds them only as a quotation, in a line of an errors file. */
    QUOTED
  }

  /**
   * What was understood of a line that is not the service's own form.
   *
   * @param isForeign whether the request is another one than the bytes say to those who know only
   *     the service's form
   * @param ignored fields that steer the program that wrote the line, and nothing else
   */
  public record Shape(boolean isForeign, List<String> ignored) {
    static final Shape PLAIN = new Shape(false, List.of());
    static final Shape FOREIGN = new Shape(true, List.of());
  }

  /**
   * What a request may cost beside its text.
   *
   * @param inlineBytes how many bytes of the line are files in Base64
   * @param contentBytes how many of the others the model reads: texts, instructions, tools, schemas
   * @param letters of the request that are not plain ASCII; null if all are
   * @param files estimated tokens of the files in the line, and of those that are with the service
   *     already
   * @param candidates how many answers it asks for
   * @param thinkingTokens how many it may think
   */
  public record Weight(
      long inlineBytes,
      long contentBytes,
      LetterCount letters,
      FileTokens files,
      long candidates,
      long thinkingTokens) {}

  /** A piece of the request. */
  sealed interface Segment permits Range, Literal, TaggedFile {}

  /** Bytes of the line from {@code start} to before {@code end}. */
  record Range(int start, int end) implements Segment {}

  /**
   * Text that is not in the line.
   *
   * @param bytes in UTF-8 if it is sent as text; 0 for brackets and the names of fields
   */
  record Literal(String json, int bytes) implements Segment {
    Literal(String json) {
      this(json, json.length() > LONGEST_SYNTAX ? json.getBytes(StandardCharsets.UTF_8).length : 0);
    }
  }

  /** The place of a file reference. */
  record TaggedFile(FileTag tag) implements Segment {}

  /** The same request, quoted by the line that it was read from. */
  BatchRequest quoted() {
    return quoted(shape);
  }

  /** Likewise, in another shape. */
  BatchRequest quoted(Shape shape) {
    return new BatchRequest(
        line, key, model, extras, segments, weight, answerFormat, Form.QUOTED, shape);
  }

  /** How many bytes are sent as text, those of defaults with them. */
  public long textBytes() {
    return Math.max(0, lineBytes() + defaultBytes() - weight.inlineBytes());
  }

  /** How many bytes of the line are sent. */
  long lineBytes() {
    long bytes = 0;
    for (Segment segment : segments) {
      bytes += segment instanceof Range range ? range.end() - range.start() : 0;
    }
    return bytes;
  }

  /** How many bytes of defaults are sent as text. */
  long defaultBytes() {
    long bytes = 0;
    for (Segment segment : segments) {
      bytes += segment instanceof Literal literal ? literal.bytes() : 0;
    }
    return bytes;
  }

  /** The file tags of the request, in order; a file that is named twice is there twice. */
  public List<FileTag> tags() {
    if (segments.size() == 1) {
      return List.of(); // most requests: passed on as they are, and a tag is never alone
    }
    List<FileTag> tags = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment instanceof TaggedFile file) {
        tags.add(file.tag());
      }
    }
    return tags;
  }
}
