package dev.geminibatch.request;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.geminibatch.request.BatchRequest.Literal;
import dev.geminibatch.request.BatchRequest.Range;
import dev.geminibatch.request.BatchRequest.Segment;
import dev.geminibatch.request.BatchRequest.TaggedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * Writes a request as the service takes it: {@code {"key":..., "request":{...}}}, without a copy of
 * the line, which may be most of the memory.
 */
public final class WireLine {
  private WireLine() {}

  /** Takes the pieces of a line. */
  @FunctionalInterface
  private interface Pieces {
    void take(byte[] bytes, int start, int length) throws IOException;
  }

  /** How many bytes {@link #write} will write. */
  public static long length(
      BatchRequest request, String wireKeyJson, Function<FileTag, FileReference> references)
      throws IOException {
    long[] sum = new long[1];
    cut(request, wireKeyJson, references, (bytes, start, length) -> sum[0] += length);
    return sum[0];
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
      OutputStream out)
      throws IOException {
    cut(request, wireKeyJson, references, out::write);
  }

  private static void cut(
      BatchRequest request,
      String wireKeyJson,
      Function<FileTag, FileReference> references,
      Pieces out)
      throws IOException {
    byte[] source = request.line().bytes();
    take("{\"key\":", out);
    take(wireKeyJson, out);
    for (Range extra : request.extras()) {
      take(",", out);
      out.take(source, extra.start(), extra.end() - extra.start());
    }
    take(",\"request\":", out);
    for (Segment segment : request.segments()) {
      if (segment instanceof Range range) {
        out.take(source, range.start(), range.end() - range.start());
      } else if (segment instanceof Literal literal) {
        take(literal.json(), out);
      } else if (segment instanceof TaggedFile file) {
        FileReference reference = references.apply(file.tag());
        take("{\"mimeType\":" + quote(reference.mimeType()), out);
        take(",\"fileUri\":" + quote(reference.uri()) + "}", out);
      }
    }
    take("}\n", out);
  }

  private static void take(String text, Pieces out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.take(bytes, 0, bytes.length);
  }

  /** A string as JSON. */
  public static String quote(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    return json.append('"').toString();
  }
}
