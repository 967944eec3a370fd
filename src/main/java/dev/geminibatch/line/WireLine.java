package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.geminibatch.line.BatchRequest.Form;
import dev.geminibatch.line.BatchRequest.Literal;
import dev.geminibatch.line.BatchRequest.Range;
import dev.geminibatch.line.BatchRequest.Segment;
import dev.geminibatch.line.BatchRequest.TaggedFile;
import java.io.IOException;
import java.util.function.Function;

/**
 * A request as the service takes it, {@code {"key":..., "request":{...}}}: pieces of its line and
 * words between them, without a copy of the line, which may be most of the memory.
 */
public final class WireLine {
  private WireLine() {}

  /** Takes what a line of a batch job is made of, in its order. */
  public interface Pieces {
    /** All of a line as it stands in the input, and a line end. */
    void wholeLine(Line line) throws IOException;

    /** Bytes that the input holds as well, at the same place of the same line. */
    void ofLine(Line line, int start, int end) throws IOException;

    /** Bytes that stand nowhere else. */
    void text(byte[] bytes, int start, int length) throws IOException;
  }

  /** How many bytes {@link #write} will write. */
  public static long length(
      BatchRequest request, String wireKeyJson, Function<FileTag, FileReference> references)
      throws IOException {
    Length length = new Length();
    write(request, wireKeyJson, references, length);
    return length.bytes;
  }

  private static final class Length implements Pieces {
    private long bytes;

    @Override
    public void wholeLine(Line line) {
      bytes += line.bytes().length + 1;
    }

    @Override
    public void ofLine(Line line, int start, int end) {
      bytes += end - start;
    }

    @Override
    public void text(byte[] text, int start, int length) {
      bytes += length;
    }
  }

  /**
   * Writes the line of a batch job for a request, line end included.
   *
   * @param wireKeyJson the key under which the service will answer as a JSON string, unique within
   *     the job
   * @param references gives the {@code fileData} of a tag
   */
  public static void write(
      BatchRequest request,
      String wireKeyJson,
      Function<FileTag, FileReference> references,
      Pieces out)
      throws IOException {
    if (request.form() == Form.WIRE && request.key().json().equals(wireKeyJson)) {
      out.wholeLine(request.line());
      return;
    }
    text("{\"key\":", out);
    text(wireKeyJson, out);
    for (Range extra : request.extras()) {
      text(",", out);
      range(request, extra, out);
    }
    text(",\"request\":", out);
    for (Segment segment : request.segments()) {
      if (segment instanceof Range range) {
        range(request, range, out);
      } else if (segment instanceof Literal literal) {
        text(literal.json(), out);
      } else if (segment instanceof TaggedFile file) {
        FileReference reference = references.apply(file.tag());
        text("{\"mimeType\":" + quote(reference.mimeType()), out);
        text(",\"fileUri\":" + quote(reference.uri()) + "}", out);
      }
    }
    text("}\n", out);
  }

  private static void range(BatchRequest request, Range range, Pieces out) throws IOException {
    Line line = request.line();
    if (request.form() == Form.QUOTED) {
      out.text(line.bytes(), range.start(), range.end() - range.start());
    } else {
      out.ofLine(line, range.start(), range.end());
    }
  }

  private static void text(String text, Pieces out) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    out.text(bytes, 0, bytes.length);
  }

  /** A string as JSON. */
  public static String quote(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    return json.append('"').toString();
  }
}
