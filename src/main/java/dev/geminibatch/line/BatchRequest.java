package dev.geminibatch.line;

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
 * @param inline files that are in the line itself
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
    Inline inline,
    AnswerFormat answerFormat,
    Form form,
    Shape shape)
    implements CheckedLine {

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

  /** Base64 data in a line: how many files, and how many bytes of the line they take. */
  public record Inline(int files, long bytes) {}

  /** A piece of the request. */
  sealed interface Segment permits Range, Literal, TaggedFile {}

  /** Bytes of the line from {@code start} to before {@code end}. */
  record Range(int start, int end) implements Segment {}

  /** Bytes that are not in the line. */
  record Literal(String json) implements Segment {}

  /** The place of a file reference. */
  record TaggedFile(FileTag tag) implements Segment {}

  /** The same request, quoted by the line that it was read from. */
  BatchRequest quoted() {
    return quoted(shape);
  }

  /** Likewise, in another shape. */
  BatchRequest quoted(Shape shape) {
    return new BatchRequest(
        line, key, model, extras, segments, inline, answerFormat, Form.QUOTED, shape);
  }

  /** How much of the line's bytes is sent as text. */
  public long textBytes() {
    long bytes = -inline.bytes();
    for (Segment segment : segments) {
      if (segment instanceof Range range) {
        bytes += range.end() - range.start();
      }
    }
    return Math.max(0, bytes);
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
